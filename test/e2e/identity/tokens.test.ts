/** Tokens by password: getting, scoping, checking and revoking them (docs/api.md §6). */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { BOOTSTRAP } from '../../props/server-process.ts'
import {
  ADMIN,
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
