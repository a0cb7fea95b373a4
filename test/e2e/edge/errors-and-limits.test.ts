/** What every route has in common: one form of refusal, unknown routes, limits (docs/api.md §1). */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { assertRefused, downloadPath, logPath, pagePath, send } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newLog('one\n')

/** Sends text unchanged and returns everything that the server answers. */
function sendRaw(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', part => {
      answer += part
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', error => (answer === '' ? reject(error) : undefined))
    socket.setTimeout(20_000, () => reject(new Error(`no end after ${answer}`)))
  })
}

/**
 * Sends `begin`, then as much as the server takes, and gives back how many bytes that were until it
 * cut the connection or they were `maxBytes`.
 */
async function flood(begin: string, maxBytes: number): Promise<number> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname).on('error', () => {})
  const chunk = Buffer.alloc(2 ** 20, 'x')
  socket.write(begin)
  while (!socket.destroyed && socket.bytesWritten < maxBytes)
    if (!socket.write(chunk))
      await new Promise(resolve => socket.once('drain', resolve).once('close', resolve))
  socket.destroy()
  return socket.bytesWritten
}

/** The status of a raw reply, whose body must have the one form of a refusal. */
function refusalOf(answer: string): { readonly status: number; readonly code: string } {
  const [head, body] = answer.split('\r\n\r\n', 2)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head!)?.[1])
  const refusal = JSON.parse(body!)
  assert.deepEqual(Object.keys(refusal).sort(), ['error_code', 'error_msg', 'request_id'])
  assert.equal(/^x-request-id: (.+)$/im.exec(head!)?.[1]?.trim(), refusal.request_id)
  return { status, code: refusal.error_code }
}

describe('no such route or method is 404 APIGW.0101', () => {
  for (const path of [
    '/nothing',
    '/v1',
    '/v1/log',
    '/v1/log/task',
    '/v1/log/task/step/',
    '/v1/log/task/step/x',
    '/V1/LOG/TASK/STEP',
    '/v1//log/task/step',
    '/v2/log/task/step',
    `/v4/${'a'.repeat(36)}`,
    `/v4/${'a'.repeat(36)}/task-log/x`,
    '/api/v1',
    '/api/v1/builds/x/y/z',
    '/api/v2/builds',
    '/.env',
    '/v1/log/task/step%2f',
    '/..',
    '/v1/../v1/log/task/step',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/index.php?x=1',
  ])
    test(path, async () => {
      assertRefused(await caller.get(path), 404, 'APIGW.0101', /does not exist/)
    })

  const known = [
    [pagePath(build), ['POST', 'PUT', 'PATCH', 'DELETE']],
    [downloadPath(build), ['POST', 'PUT', 'PATCH', 'DELETE']],
    ['/api/v1/builds', ['PUT', 'PATCH']],
    [logPath(build, 1), ['PUT', 'POST']],
    [`/api/v1/builds/${build.record_id}/finish`, ['GET', 'PUT', 'DELETE']],
    [`/api/v1/builds/${build.record_id}/steps/1/finish`, ['GET', 'PUT', 'DELETE']],
    ['/v3/auth/tokens', ['PUT', 'PATCH']],
  ] as const
  for (const [path, methods] of known)
    for (const method of methods)
      test(`${method} ${path.split('?')[0]}`, async () => {
        assertRefused(await caller.send(method, path), 404, 'APIGW.0101')
      })

  test('rare methods', async () => {
    for (const method of ['TRACE', 'PROPFIND', 'LOCK', 'SEARCH', 'QUERY']) {
      const answer = await sendRaw(
        `${method} ${pagePath(build)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      )
      // Methods that the parser does not know may be refused as malformed.
      assert.ok([400, 404].includes(refusalOf(answer).status), answer)
    }
  })
})

describe('unreadable requests get errors of the same form', () => {
  for (const path of [
    '/v1/log/task/%',
    '/v1/log/task/%zz',
    '/%00',
    '/v1/log/task/%c0%af',
    '/v4/%E0%A4%A/task-log?task_name=stage1',
    '/%ff',
  ])
    test(`path ${path}`, async () => {
      const reply = await caller.get(path)
      assert.ok([400, 404].includes(reply.status), String(reply.status))
      assertRefused(reply, reply.status, /^(?:CB\.00060200|APIGW\.0101|APIGW\.0201)$/)
    })

  for (const [what, text] of [
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n'],
    ['a header name with a blank', 'GET / HTTP/1.1\r\nHost: x\r\nbad name: x\r\n\r\n'],
    ['a length that is no number', 'POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n'],
    [
      'a length and chunks',
      'POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'two lengths',
      'POST /api/v1/builds HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
    ],
    ['a blank in the path', 'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n'],
  ] as const)
    test(what, async () => {
      assert.equal(refusalOf(await sendRaw(text)).status, 400)
    })
})

describe('limits', () => {
  test('a token of 100,000 characters is read, and rejected as a token', async () => {
    assertRefused(
      await send(server.url, 'GET', pagePath(build), { 'X-Auth-Token': 'x'.repeat(100_000) }),
      401,
      'APIGW.0301',
    )
  })

  test('headers of 100,000 characters are accepted with a valid token', async () => {
    assert.equal((await caller.get(pagePath(build), { 'X-Padding': 'x'.repeat(100_000) })).status, 200)
  })

  test('a request without Host, and one with an unknown Expect, get errors of the same form', async () => {
    for (const head of ['GET /healthz HTTP/1.1', 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: miracles']) {
      const { status, code } = refusalOf(await sendRaw(`${head}\r\n\r\n`))
      assert.deepEqual([status, code], [400, 'CB.00060200'])
    }
    const old = await sendRaw('GET /healthz HTTP/1.0\r\n\r\n')
    assert.match(old, /^HTTP\/1\.1 200 /)
  })

  test('headers over 128 KiB are rejected', async () => {
    const answer = await sendRaw(
      `GET ${pagePath(build)} HTTP/1.1\r\nHost: x\r\nX-Padding: ${'x'.repeat(140_000)}\r\n\r\n`,
    )
    const { status, code } = refusalOf(answer)
    assert.ok([400, 413, 431, 494].includes(status), String(status))
    assert.equal(code, 'APIGW.0201')
  })

  test('headers over 128 KiB are rejected so that a client that is sending its body sees it', async () => {
    const padding = { 'X-Padding': 'x'.repeat(140_000), 'Content-Type': 'application/json' }
    for (let n = 0; n < 10; n++) {
      const { status } = await caller.send('POST', '/api/v1/builds', padding, 'x'.repeat(8 * 2 ** 20))
      assert.equal(status, 431)
    }
  })

  test('a client that is rejected and keeps sending is cut off', async () => {
    const tooLong = `GET / HTTP/1.1\r\nX-Padding: ${'x'.repeat(140_000)}\r\n\r\n`
    const sent = await flood(tooLong, 512 * 2 ** 20)
    assert.ok(sent < 128 * 2 ** 20, `${sent} bytes were taken`)
  })

  test('a path over the limit is rejected', async () => {
    const { status } = refusalOf(
      await sendRaw(`GET /v1/log/task/step?x=${'x'.repeat(140_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
    )
    assert.ok([400, 413, 414, 431, 494].includes(status), String(status))
  })

  test('a long query within the limit is accepted', async () => {
    assert.equal((await caller.get(`${pagePath(build)}&x=${'y'.repeat(20_000)}`)).status, 200)
  })

  test('a thousand parameters are accepted', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => `&p${n}=${n}`).join('')
    assert.equal((await caller.get(pagePath(build) + many)).status, 200)
  })
})

describe('request ids', () => {
  test('are new for each request, in successes too', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () =>
        String((await caller.get(pagePath(build))).headers['x-request-id']),
      ),
    )
    assert.equal(new Set(ids).size, 20)
    for (const id of ids) assert.match(id, /^[0-9A-Za-z-]{8,64}$/)
  })

  test('are not taken from the caller unchanged', async () => {
    const reply = await caller.get('/nothing', { 'X-Request-Id': '<script>"\\' })
    assertRefused(reply, 404, 'APIGW.0101')
    assert.doesNotMatch(String(reply.headers['x-request-id']), /[<>"\\]/)
  })
})

test('the server says that it lives and is ready, without credentials', async () => {
  for (const path of ['/healthz', '/readyz'])
    assert.equal((await send(server.url, 'GET', path)).status, 200, path)
})

test('nothing of all this was an error of the server', async () => {
  assert.doesNotMatch(server.stdout + server.stderr, /"level":(?:50|60)|unhandled|uncaught/i)
})
