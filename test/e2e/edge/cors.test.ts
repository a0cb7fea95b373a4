/** Pages of other origins: refused by saying nothing, allowed by a list (docs/api.md section 6). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { OPERATIONS } from '../../../src/contract/operations.ts'
import { startServer } from '../../props/server-process.ts'
import { assertRefused, type Headers, logPath, pagePath, type Reply, send } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const VIEWER = 'https://viewer.example.test'
const PREFLIGHT = {
  'Access-Control-Request-Method': 'PATCH',
  'Access-Control-Request-Headers': 'upload-offset',
}

const { server, caller } = await startFixture({
  env: { TAILRACE_CORS_ORIGINS: `${VIEWER}, http://localhost:3000` },
})
const build = await caller.newLog('one\n')

const corsHeaders = ({ headers }: Reply) =>
  Object.keys(headers).filter(name => name.startsWith('access-control-'))
const preflight = (url: string, origin: string, path = logPath(build, 1)) =>
  send(url, 'OPTIONS', path, { ...PREFLIGHT, Origin: origin })
/** Every operation, and the HEAD that goes with it. */
const METHODS = OPERATIONS.flatMap(({ method, path, head }) =>
  head === undefined
    ? [{ method, path }]
    : [
        { method, path },
        { method: 'HEAD', path },
      ],
)
const list = (value: unknown) =>
  String(value)
    .split(',')
    .map(name => name.trim().toLowerCase())

describe('a page of an allowed origin', () => {
  for (const origin of [VIEWER, 'http://localhost:3000'])
    test(`may read answers, errors included: ${origin}`, async () => {
      for (const reply of [
        await caller.get(pagePath(build), { Origin: origin }),
        await caller.get(logPath(build, 1), { Origin: origin, Range: 'bytes=0-0' }),
        await send(server.url, 'GET', pagePath(build), { Origin: origin }),
        await send(server.url, 'GET', '/nowhere', { Origin: origin }),
      ]) {
        assert.equal(reply.headers['access-control-allow-origin'], origin)
        assert.equal(reply.headers['access-control-allow-credentials'], 'true')
        assert.ok(list(reply.headers.vary).includes('origin'))
        const exposed = list(reply.headers['access-control-expose-headers'])
        for (const name of [
          'upload-offset',
          'location',
          'tus-version',
          'tus-resumable',
          'x-request-id',
          'etag',
          'content-range',
        ])
          assert.ok(exposed.includes(name), name)
      }
    })

  test('learns from a preflight what it may send, without credentials', async () => {
    for (const path of [logPath(build, 1), pagePath(build), '/api/v1/builds']) {
      const reply = await preflight(server.url, VIEWER, path)
      assert.deepEqual([reply.status, reply.text], [204, ''])
      assert.equal(reply.headers['access-control-allow-origin'], VIEWER)
      for (const method of ['get', 'head', 'post', 'patch', 'delete'])
        assert.ok(list(reply.headers['access-control-allow-methods']).includes(method))
      const allowed = list(reply.headers['access-control-allow-headers'])
      for (const name of ['upload-offset', 'x-auth-token', 'tus-resumable', 'content-type', 'range'])
        assert.ok(allowed.includes(name), name)
    }
  })

  test('may call every operation with its method', async () => {
    for (const { method, path } of METHODS) {
      const headers = { 'Access-Control-Request-Method': method, Origin: VIEWER }
      const reply = await send(server.url, 'OPTIONS', path, headers)
      assert.equal(reply.status, 204, `${method} ${path}`)
      assert.equal(reply.headers['access-control-allow-origin'], VIEWER)
      assert.ok(list(reply.headers['access-control-allow-methods']).includes(method.toLowerCase()), method)
    }
  })

  test('gets answers that caches keep apart by origin and by encoding', async () => {
    const reply = await caller.get(logPath(build, 1), { Origin: VIEWER, 'Accept-Encoding': 'gzip' })
    assert.deepEqual(list(reply.headers.vary).sort(), ['accept-encoding', 'origin'])
  })

  test('can still change nothing with the cookie of the server\u2019s own pages', async () => {
    const login = { user: 'admin', password: 'correct-horse-7-battery', project: 'cn-north-4' }
    const session = await send(
      server.url,
      'POST',
      '/api/v1/session',
      { 'Content-Type': 'application/json' },
      JSON.stringify(login),
    )
    const Cookie = String(session.headers['set-cookie']).split(';')[0]!
    const headers: Headers = { Cookie, Origin: VIEWER, 'Content-Type': 'application/json' }
    const reply = await send(server.url, 'POST', '/api/v1/builds', headers, '{"job_name":"forged"}')
    assertRefused(reply, 403, 'APIGW.0302')
  })
})

test('a page of any other origin gets no CORS headers', async () => {
  for (const origin of [
    'https://evil.example',
    'null',
    `${VIEWER}.evil.example`,
    VIEWER.replace('https', 'http'),
    `${VIEWER}:444`,
    VIEWER.toUpperCase(),
  ]) {
    const read = await caller.get(pagePath(build), { Origin: origin })
    assert.deepEqual([read.status, corsHeaders(read)], [200, []])
    assert.ok(list(read.headers.vary).includes('origin'))
    assert.deepEqual(corsHeaders(await preflight(server.url, origin)), [])
  }
  assert.deepEqual(corsHeaders(await caller.get(pagePath(build))), [])
})

test('a page of another origin may call no operation', async () => {
  for (const { method, path } of METHODS) {
    const headers = { 'Access-Control-Request-Method': method, Origin: 'https://evil.example' }
    const reply = await send(server.url, 'OPTIONS', path, headers)
    assert.deepEqual(corsHeaders(reply), [], `${method} ${path}`)
  }
})

test('OPTIONS that is not a preflight still describes uploads', async () => {
  const reply = await caller.send('OPTIONS', logPath(build, 1), { Origin: VIEWER })
  assert.equal(reply.headers['tus-version'], '1.0.0')
})

test('* allows every origin, and never credentials', async () => {
  await using open = await startServer({ env: { TAILRACE_CORS_ORIGINS: '*' } })
  for (const reply of [
    await send(open.url, 'GET', '/healthz', { Origin: 'https://any.example' }),
    await preflight(open.url, 'https://any.example'),
  ]) {
    assert.equal(reply.headers['access-control-allow-origin'], '*')
    assert.equal(reply.headers['access-control-allow-credentials'], undefined)
  }
  // An empty Origin is none, and what is no preflight gets the error body of every route.
  assertRefused(await preflight(open.url, '', '/api/v1/builds'), 404, 'APIGW.0101')
})

test('without the setting there are no CORS headers, and a malformed list stops the start', async () => {
  await using plain = await startServer()
  const read = await send(plain.url, 'GET', '/healthz', { Origin: VIEWER })
  assert.deepEqual([read.status, corsHeaders(read), read.headers.vary], [200, [], undefined])
  assert.deepEqual(corsHeaders(await preflight(plain.url, VIEWER)), [])
  for (const wrong of ['viewer.example.test', `${VIEWER}/`, `${VIEWER},`, `${VIEWER}/path`, 'null'])
    await assert.rejects(startServer({ env: { TAILRACE_CORS_ORIGINS: wrong } }), /TAILRACE_CORS_ORIGINS/)
})
