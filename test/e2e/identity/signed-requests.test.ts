/** Signatures by access key: `SDK-HMAC-SHA256` and `V11-HMAC-SHA256` (docs/api.md §6). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { authorization, derivedAuthorization, sdkDate, type Unsigned } from '../../props/signed-request.ts'
import { admin, assertRefused, type Headers, logPath, pagePath, send, TUS } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newLog('one\n')

const readPage = (headers: Headers, path = pagePath(build)) => send(server.url, 'GET', path, headers)

describe('SDK-HMAC-SHA256', () => {
  const KEY = { ak: BOOTSTRAP.ak, sk: BOOTSTRAP.sk }
  const host = () => new URL(server.url).host
  const now = () => sdkDate(Date.now())
  /** Sends a request that is signed with these headers; `more` are added unsigned. */
  const signed = (request: Partial<Unsigned> = {}, more: Headers = {}, key = KEY) => {
    const whole: Unsigned = {
      method: 'GET',
      path: pagePath(build),
      headers: { 'x-sdk-date': now() },
      ...request,
    }
    return send(
      server.url,
      whole.method,
      whole.path,
      { ...whole.headers, ...more, Authorization: authorization(whole, key) },
      whole.body,
    )
  }

  test('the tests sign like the documents', () => {
    const documented: Unsigned = {
      method: 'GET',
      path: '/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
      headers: {
        'content-type': 'application/json',
        host: 'service.region.example.com',
        'x-sdk-date': '20191115T033655Z',
      },
    }
    const key = { ak: 'QTWAOYTTINDUT2QVKYUC', sk: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc' }
    assert.match(
      authorization(documented, key),
      /Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe$/,
    )
  })

  test('is accepted with the headers that each client signs', async () => {
    const date = () => ({ 'x-sdk-date': now() })
    for (const headers of [
      date(),
      { ...date(), 'user-agent': 'huaweicloud-usdk-go/3.0', 'x-project-id': build.project_id },
      { ...date(), 'content-type': 'application/json', host: host(), 'x-project-id': build.project_id },
      {
        ...date(),
        'content-type': 'application/json',
        host: host(),
        'user-agent': 'a',
        'x-project-id': build.project_id,
      },
      { ...date(), host: host() },
      { ...date(), accept: 'application/json', 'user-agent': 'terraform' },
    ])
      assert.equal((await signed({ headers })).status, 200, JSON.stringify(headers))
  })

  test('is accepted where the host was signed without its port', async () => {
    const headers = { host: '127.0.0.1', 'x-sdk-date': now() }
    const request: Unsigned = { method: 'GET', path: pagePath(build), headers }
    assert.equal(
      (await readPage({ 'X-Sdk-Date': headers['x-sdk-date'], Authorization: authorization(request, KEY) }))
        .status,
      200,
    )
  })

  test('covers a body', async () => {
    const body = JSON.stringify({ job_name: 'signed' })
    const headers = { 'content-type': 'application/json', 'x-sdk-date': now() }
    const request: Unsigned = { method: 'POST', path: '/api/v1/builds', headers, body }
    assert.equal((await signed(request)).status, 201)
    const other = await send(
      server.url,
      'POST',
      request.path,
      { ...headers, Authorization: authorization(request, KEY) },
      body.replace('signed', 'forged'),
    )
    assertRefused(other, 401, 'APIGW.0301')
  })

  test('covers the method that was sent, not the one of X-HTTP-Method-Override', async () => {
    const open = await caller.newBuild()
    const request: Unsigned = {
      method: 'POST',
      path: logPath(open, 1),
      headers: { 'x-http-method-override': 'PATCH', 'x-sdk-date': now() },
      body: 'one\n',
    }
    assert.equal((await signed(request, { ...TUS, 'Upload-Offset': '0' })).status, 204)
  })

  test('X-Sdk-Content-Sha256 is checked against the body, unless it says UNSIGNED-PAYLOAD', async () => {
    const body = JSON.stringify({ job_name: 'signed' })
    const post = (hash: string, sent: string) =>
      signed(
        {
          method: 'POST',
          path: '/api/v1/builds',
          headers: { 'x-sdk-content-sha256': hash, 'x-sdk-date': now() },
          body: sent,
          payloadHash: hash,
        },
        { 'content-type': 'application/json' },
      )
    assert.equal((await post('UNSIGNED-PAYLOAD', body)).status, 201)
    assertRefused(await post('0'.repeat(64), body), 401, 'APIGW.0301')
  })

  test('another project, or a domain alone, is 403', async () => {
    assertRefused(await signed({}, { 'X-Project-Id': 'f'.repeat(32) }), 403, 'APIGW.0302')
    assertRefused(await signed({}, { 'X-Domain-Id': 'f'.repeat(32) }), 403, 'APIGW.0302')
    assert.equal((await signed({}, { 'X-Project-Id': build.project_id })).status, 200)
  })

  test('with another clock is accepted within 15 minutes', async () => {
    const at = (minutes: number) =>
      signed({ headers: { 'x-sdk-date': sdkDate(Date.now() + minutes * 60_000) } })
    for (const minutes of [-14, 14]) assert.equal((await at(minutes)).status, 200, String(minutes))
    for (const minutes of [-16, 16, -100_000]) assertRefused(await at(minutes), 401, 'APIGW.0301')
  })

  test('that is malformed, incomplete or of another algorithm is 401', async () => {
    const good = authorization(
      { method: 'GET', path: pagePath(build), headers: { 'x-sdk-date': now() } },
      KEY,
    )
    for (const value of [
      'SDK-HMAC-SHA256',
      'SDK-HMAC-SHA256 Access=',
      good.replace(/, Signature=.*/, ''),
      good.replace('SDK-HMAC-SHA256', 'SDK-HMAC-SM3'),
      good.replace(/Signature=./, 'Signature='),
      good.replace('SignedHeaders=x-sdk-date', 'SignedHeaders='),
      `${good}, ${good}`,
    ])
      assertRefused(await readPage({ 'X-Sdk-Date': now(), Authorization: value }), 401, 'APIGW.0301')
    assertRefused(await readPage({ Authorization: good }), 401, 'APIGW.0301')
  })
})

test('V11-HMAC-SHA256 is accepted for its own request, key and day, and nothing else', async () => {
  const request = (at = Date.now()): Unsigned => ({
    method: 'GET',
    path: pagePath(build),
    headers: { 'x-sdk-date': sdkDate(at), host: new URL(server.url).host },
  })
  const sent = ({ headers, path }: Unsigned, Authorization: string) =>
    readPage({ 'X-Sdk-Date': headers['x-sdk-date']!, Authorization }, path)
  const one = request()
  assert.equal((await sent(one, derivedAuthorization(one, BOOTSTRAP))).status, 200)
  const yesterday = `${sdkDate(Date.now() - 86_400_000).slice(0, 8)}/cn-north-4/codeartsbuild`
  for (const authorizationValue of [
    derivedAuthorization(one, { ...BOOTSTRAP, sk: 'wrong' }),
    derivedAuthorization(one, BOOTSTRAP, yesterday),
    derivedAuthorization(one, BOOTSTRAP).replace('/codeartsbuild', '/other'),
    derivedAuthorization({ ...one, path: `${one.path}&x=1` }, BOOTSTRAP),
  ])
    assertRefused(await sent(one, authorizationValue), 401, 'APIGW.0301', /verify aksk signature fail/)
})

test('wrong signatures and unknown keys are 401, and lock no one else out', async () => {
  // A server of its own, as failures count against the address.
  await using other = await startServer()
  const one = await (await admin(other)).newLog('one\n')
  const get = (key: { ak: string; sk: string }) => {
    const request: Unsigned = {
      method: 'GET',
      path: pagePath(one),
      headers: { 'x-sdk-date': sdkDate(Date.now()) },
    }
    return send(other.url, 'GET', request.path, {
      ...request.headers,
      Authorization: authorization(request, key),
    })
  }
  assert.equal((await get(BOOTSTRAP)).status, 200)
  assertRefused(await get({ ...BOOTSTRAP, sk: 'wrong' }), 401, 'APIGW.0301', /verify aksk signature fail/)
  for (let n = 0; n < 10; n++) assertRefused(await get({ ak: 'NOSUCHKEY', sk: 'wrong' }), 401, 'APIGW.0301')
  assert.equal((await get(BOOTSTRAP)).status, 200)
})
