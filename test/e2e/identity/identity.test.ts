/** Tokens, scopes and signed requests (docs/api.md §6, contract of the IAM subset). */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { authorization, derivedAuthorization, sdkDate, type Unsigned } from '../../props/signed-request.ts'
import {
  ADMIN,
  admin,
  assertRefused,
  type Headers,
  logPath,
  PROJECT_SCOPE,
  pagePath,
  passwordRequest,
  type Reply,
  requestToken,
  send,
  signIn,
  TUS,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newLog('one\n')
const tokens = (body: string) => requestToken(server.url, body)
const readPage = (headers: Headers, path = pagePath(build)) => send(server.url, 'GET', path, headers)

/** The form in which the identity service refuses. */
function assertIdentityError(reply: Reply, status: number): void {
  assert.equal(reply.status, status, reply.text)
  const { error } = reply.json()
  assert.equal(error.code, status)
  for (const name of ['message', 'title']) assert.ok(typeof error[name] === 'string' && error[name] !== '')
}

describe('a token by password', () => {
  test('comes in a header, with a body that says whose it is and for how long', async () => {
    const before = Date.now()
    const reply = await tokens(passwordRequest(ADMIN, PROJECT_SCOPE))
    assert.equal(reply.status, 201)
    assert.ok(String(reply.headers['x-subject-token']).length >= 32)
    const { token } = reply.json()
    assert.deepEqual(token.methods, ['password'])
    for (const name of ['issued_at', 'expires_at'])
      assert.match(token[name], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    const lifeMs = Date.parse(token.expires_at) - Date.parse(token.issued_at)
    assert.equal(lifeMs, 24 * 3600_000)
    assert.ok(Date.parse(token.expires_at) >= before + lifeMs - 1000)
    assert.deepEqual(
      [token.user.name, token.user.domain.name, token.user.password_expires_at],
      [BOOTSTRAP.user, BOOTSTRAP.domain, ''],
    )
    assert.match(token.user.id, /^[0-9a-f]{32}$/)
    assert.deepEqual([token.project.name, token.project.domain.name], [BOOTSTRAP.project, BOOTSTRAP.domain])
    assert.equal(token.project.id, build.project_id)
    assert.equal(token.domain, undefined)
    assert.ok(Array.isArray(token.catalog))
    assert.ok(token.roles.some((role: { name: string }) => /admin/i.test(role.name)))
    assert.ok(!JSON.stringify(token).includes(BOOTSTRAP.password))
  })

  test('reads pages and downloads', async () => {
    const token = await signIn(server.url)
    assert.equal((await readPage({ 'X-Auth-Token': token })).json().result.log, 'one\n')
  })

  test('may name its project by id, and leave out the catalog', async () => {
    const reply = await requestToken(
      server.url,
      passwordRequest(ADMIN, { project: { id: build.project_id } }),
      '/v3/auth/tokens?nocatalog=true',
    )
    assert.equal(reply.status, 201)
    assert.equal(reply.json().token.project.id, build.project_id)
  })

  test('is denied in the same way for a wrong password and for an unknown user', async () => {
    const wrong = await tokens(passwordRequest({ ...ADMIN, password: 'wrong-password-1' }, PROJECT_SCOPE))
    const unknown = await tokens(
      passwordRequest({ name: 'nobody', password: 'wrong-password-1' }, PROJECT_SCOPE),
    )
    const elsewhere = await tokens(passwordRequest({ ...ADMIN, domain: 'nowhere' }, PROJECT_SCOPE))
    for (const reply of [wrong, unknown, elsewhere]) {
      assertIdentityError(reply, 401)
      assert.equal(reply.json().error.message, 'The username or password is wrong.')
      assert.equal(reply.headers['x-subject-token'], undefined)
    }
  })

  test('is denied for an unknown project', async () => {
    for (const scope of [
      { project: { name: 'no-such-project' } },
      { project: { id: 'f'.repeat(32) } },
      { domain: { name: 'nowhere' } },
    ]) {
      const reply = await tokens(passwordRequest(ADMIN, scope))
      assert.ok([401, 403, 404].includes(reply.status), reply.text)
      assertIdentityError(reply, reply.status)
    }
  })

  for (const body of [
    '',
    '{',
    '[]',
    'null',
    '{}',
    '{"auth":{}}',
    '{"auth":{"identity":{}}}',
    '{"auth":{"identity":{"methods":[]}}}',
    '{"auth":{"identity":{"methods":["password"]}}}',
    '{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":7,"password":[]}}}}}',
    '{"auth":{"identity":{"methods":["none"]}}}',
  ])
    test(`is rejected as malformed: ${body}`, async () => assertIdentityError(await tokens(body), 400))
})

test('guessing passwords is slowed down for the address that guesses, and for no other', async () => {
  const guess = passwordRequest({ ...ADMIN, password: 'wrong-password-1' }, PROJECT_SCOPE)
  let reply = await send(server.url, 'POST', '/v3/auth/tokens', {}, guess)
  for (let n = 0; n < 300 && reply.status !== 429; n++)
    reply = await send(server.url, 'POST', '/v3/auth/tokens', { 'Content-Type': 'application/json' }, guess)
  assert.equal(reply.status, 429)
  assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/)
  await signIn(server.url)
})

describe('scope', () => {
  test('without one, and with a domain, the token is for the domain', async () => {
    for (const scope of [undefined, { domain: { name: BOOTSTRAP.domain } }]) {
      const reply = await tokens(passwordRequest(ADMIN, scope))
      assert.equal(reply.status, 201)
      assert.equal(reply.json().token.project, undefined)
      assert.equal(reply.json().token.domain.name, BOOTSTRAP.domain)
    }
  })

  test('a domain-scoped token is rejected by every log route', async () => {
    const headers = {
      'X-Auth-Token': await signIn(server.url, ADMIN, { domain: { name: BOOTSTRAP.domain } }),
    }
    for (const path of [
      pagePath(build),
      `/v4/${build.record_id}/task-log?task_name=stage1`,
      logPath(build, 1),
    ])
      assertRefused(await readPage(headers, path), 403, 'APIGW.0302')
  })

  test('403 comes before the form and before what is there', async () => {
    const headers = {
      'X-Auth-Token': await signIn(server.url, ADMIN, { domain: { name: BOOTSTRAP.domain } }),
    }
    assertRefused(await readPage(headers, pagePath(build, { size: 'x' })), 403, 'APIGW.0302')
    assertRefused(await readPage(headers, `/v4/${UNKNOWN_RECORD}/task-log`), 403, 'APIGW.0302')
  })
})

describe('checking and revoking', () => {
  const about = (method: string, own: string, subject: string) =>
    send(server.url, method, '/v3/auth/tokens', { 'X-Auth-Token': own, 'X-Subject-Token': subject })

  test('GET describes a token, HEAD only validates it', async () => {
    const [own, subject] = [await signIn(server.url), await signIn(server.url)]
    const reply = await about('GET', own, subject)
    assert.deepEqual([reply.status, reply.headers['x-subject-token']], [200, subject])
    assert.equal(reply.json().token.user.name, BOOTSTRAP.user)
    const head = await about('HEAD', own, subject)
    assert.ok([200, 204].includes(head.status))
    assert.equal(head.bytes.length, 0)
  })

  test('an unknown subject is 404, a bad own token 401', async () => {
    const own = await signIn(server.url)
    assertIdentityError(await about('GET', own, 'nothing'), 404)
    assertIdentityError(await about('GET', 'nothing', own), 401)
  })

  test('DELETE ends a token at once', async () => {
    const [own, subject] = [await signIn(server.url), await signIn(server.url)]
    assert.equal((await readPage({ 'X-Auth-Token': subject })).status, 200)
    assert.equal((await about('DELETE', own, subject)).status, 204)
    assertRefused(await readPage({ 'X-Auth-Token': subject }), 401, 'APIGW.0301')
    assert.equal((await readPage({ 'X-Auth-Token': own })).status, 200)
  })
})

describe('without good credentials', () => {
  test('the answer is the gateway\u2019s text', async () => {
    assertRefused(
      await readPage({}),
      401,
      'APIGW.0301',
      /^Incorrect IAM authentication information.*x-auth-token not found/,
    )
    for (const token of ['x', 'x'.repeat(100_000), '\u00e9', ' ', "' OR 1=1 --"])
      assertRefused(
        await readPage({ 'X-Auth-Token': encodeURI(token) || 'x' }),
        401,
        'APIGW.0301',
        /^Incorrect IAM authentication information/,
      )
    assertRefused(await readPage({ 'X-Auth-Token': 'x' }), 401, 'APIGW.0301', /decrypt token fail/)
  })

  test('a password, a key or a token in the query opens nothing', async () => {
    assertRefused(
      await readPage({}, `${pagePath(build)}&X-Auth-Token=${caller.headers['X-Auth-Token']}`),
      401,
      'APIGW.0301',
    )
    assertRefused(
      await readPage({
        Authorization: `Basic ${Buffer.from(`${ADMIN.name}:${ADMIN.password}`).toString('base64')}`,
      }),
      401,
      'APIGW.0301',
    )
  })
})

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

test('tokens and keys survive a restart, and nothing secret is kept or printed in clear', async () => {
  const { server: one, caller: by } = await startFixture()
  const log = await by.newLog('kept\n', { live: true })
  await one.kill('SIGTERM')
  await one.restart()
  assert.equal((await by.page(log)).json().result.log, 'kept\n')
  assert.equal((await uploader(one, log).append(log, 1, 5, 'more\n')).status, 204)
  await signIn(one.url)
  const token = String(by.headers['X-Auth-Token'])
  const secrets = [token, BOOTSTRAP.password, BOOTSTRAP.sk, log.upload_token]
  for (const entry of readdirSync(one.data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    // What the first start hands over to the person who started it, readable by that person alone.
    if (entry.name === 'credentials.env') {
      assert.equal(statSync(join(entry.parentPath, entry.name)).mode & 0o777, 0o600)
      continue
    }
    const content = readFileSync(join(entry.parentPath, entry.name))
    for (const secret of secrets) assert.ok(!content.includes(secret), `${entry.name} holds a secret`)
  }
  for (const secret of secrets) assert.ok(!(one.stdout + one.stderr).includes(secret))
})
