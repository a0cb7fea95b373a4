/** What clients may try, and what must not come of it. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { rawExchange } from '../../props/raw-exchange.ts'
import { BOOTSTRAP } from '../../props/server-process.ts'
import {
  assertRefused,
  downloadPath,
  logPath,
  passwordRequest,
  requestToken,
  send,
  signIn,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture({ env: { TAILRACE_TRUST_PROXY: 'on' } })

describe('connections', () => {
  test('garbage after a request that is being answered does not corrupt its answer', async () => {
    // More than the buffers of a connection hold: the answer is in flight until the client reads
    // on.
    const build = await caller.newLog(Buffer.alloc(32 * 1024 * 1024, 'abcdefgh\n'))
    const token = await signIn(server.url)
    const received = await answerAround(
      `GET ${downloadPath(build)} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${token}\r\n\r\n`,
      'GARBAGE THAT IS NO HTTP\r\n\r\n',
    )
    assert.match(received, /^HTTP\/1\.1 200 /)
    const body = received.slice(received.indexOf('\r\n\r\n') + 4)
    assert.ok(body.includes('abcdefgh'))
    assert.doesNotMatch(body, /HTTP\/1\.1 400|error_code/)
  })

  test('requests without end on one connection are cut off', async () => {
    const received = await rawExchange(
      server.url,
      Buffer.from('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5000)),
    )
    assert.ok(received.split('HTTP/1.1 200').length < 5000)
    assert.equal((await send(server.url, 'GET', '/healthz')).status, 200)
  })

  test('what a client writes into X-Forwarded-For itself does not hide it from limits', async () => {
    const body = passwordRequest({ ...BOOTSTRAP, name: BOOTSTRAP.user, password: 'wrong' } as never)
    const statuses = new Set<number>()
    for (let i = 0; i < 90 && !statuses.has(429); i++) {
      const headers = { 'X-Forwarded-For': `10.0.0.${i}, 203.0.113.9`, 'Content-Type': 'application/json' }
      statuses.add((await send(server.url, 'POST', '/v3/auth/tokens', headers, body)).status)
    }
    assert.ok(statuses.has(429), [...statuses].join())
    assert.equal((await requestToken(server.url, body)).status, 401)
  })
})

describe('bodies', () => {
  test('half of a surrogate pair in a name is rejected', async () => {
    for (const body of ['{"job_name":"a\\ud800"}', '{"job_name":"j","steps":[{"name":"\\udc00x"}]}']) {
      const headers = { 'Content-Type': 'application/json' }
      assertRefused(await caller.send('POST', '/api/v1/builds', headers, body), 400, 'CB.00060200')
    }
    assert.equal((await caller.post('/api/v1/builds', { job_name: '\u{1f600} whole' })).status, 201)
  })

  test('numbers of steps end where task names do', async () => {
    const steps = [{ name: 'last', step_id: 999_999_999 }, { name: 'one more' }]
    assertRefused(await caller.post('/api/v1/builds', { job_name: 'j', steps }), 400, 'CB.00060200')
  })
})

test('a step added after the end of its build is not waited for, and accepts late bytes', async () => {
  const build = await caller.newBuild(1)
  await caller.finishBuild(build)
  await caller.post(`/api/v1/builds/${build.record_id}/steps`, { steps: [{ name: 'late', step_id: 2 }] })
  assert.equal((await caller.page(build, { step_id: 2 })).json().result.has_more, false)
  await caller.append(build, 2, 0, 'late\n')
  assert.equal((await caller.page(build, { step_id: 2 })).json().result.log, 'late\n')
})

/**
 * Sends `request`, and `more` once its answer has begun. Resolves to all that came back until the
 * connection ended.
 */
function answerAround(request: string, more: string): Promise<string> {
  return new Promise(resolve => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.setEncoding('latin1').once('data', () => {
      socket.pause().write(more, () => socket.resume())
    })
    socket.on('data', text => {
      received += text
    })
    // A server that has cut the connection may reset what is still sent to it.
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    socket.write(request)
  })
}

describe('a sealed log', () => {
  test('is not sent to a client that knows another version of it', async () => {
    const build = await caller.newBuild(1)
    await caller.append(build, 1, 0, 'x\n')
    await caller.finishStep(build, 1)
    const path = logPath(build, 1)
    const { etag } = (await caller.get(path)).headers
    assert.equal((await caller.get(path, { 'If-Match': String(etag) })).status, 200)
    assertRefused(await caller.get(path, { 'If-Match': '"other"' }), 412, 'TR.PRECONDITION')
    assert.equal((await caller.get(path, { Range: `bytes=${'9'.repeat(40)}-` })).status, 416)
  })
})
