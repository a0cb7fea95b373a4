/**
 * `POST /v3.0/OS-CREDENTIAL/securitytokens`, and requests that such a key signs (contract of the
 * IAM subset).
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOOTSTRAP } from '../../props/server-process.ts'
import { authorization, sdkDate, type Unsigned } from '../../props/signed-request.ts'
import { ADMIN, assertRefused, type Headers, pagePath, send, signIn } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newLog('one\n')

interface Credential {
  readonly access: string
  readonly secret: string
  readonly securitytoken: string
  readonly expires_at: string
}

const ask = (identity: unknown, headers: Headers = {}) =>
  send(
    server.url,
    'POST',
    '/v3.0/OS-CREDENTIAL/securitytokens',
    { 'Content-Type': 'application/json', ...headers },
    JSON.stringify({ auth: { identity } }),
  )

async function newKey(id: string, more: object = {}): Promise<Credential> {
  const reply = await ask({ methods: ['token'], token: { id, ...more } })
  assert.equal(reply.status, 201, reply.text)
  assert.equal(reply.headers['cache-control'], 'no-store')
  return reply.json().credential
}

/**
 * A page request by this key; the security token is signed, as most clients do, unless it is only
 * added.
 */
function readPage(
  key: Credential,
  securityToken: string | undefined = key.securitytoken,
  added: Headers = {},
) {
  const headers: Record<string, string> = { 'x-sdk-date': sdkDate(Date.now()) }
  if (securityToken !== undefined && securityToken !== '') headers['x-security-token'] = securityToken
  const request: Unsigned = { method: 'GET', path: pagePath(build), headers }
  const Authorization = authorization(request, { ak: key.access, sk: key.secret })
  return send(server.url, 'GET', request.path, { ...headers, ...added, Authorization })
}

test('a temporary key signs requests for the project of its token, with its security token', async () => {
  const key = await newKey(await signIn(server.url))
  assert.equal((await readPage(key)).json().result.log, 'one\n')
  assert.equal((await readPage(key, '', { 'X-Security-Token': key.securitytoken })).status, 200)
  assert.equal((await readPage(key, undefined, { 'X-Project-Id': build.project_id })).status, 200)
  assertRefused(await readPage(key, undefined, { 'X-Project-Id': 'f'.repeat(32) }), 403, 'APIGW.0302')
})

test('it lives a quarter of an hour, or as long as is asked for, and never longer than its token', async () => {
  const token = await signIn(server.url)
  const lifeSeconds = async (more: object) =>
    Math.round((Date.parse((await newKey(token, more)).expires_at) - Date.now()) / 1000)
  const about = (seconds: number, expected: number) =>
    assert.ok(Math.abs(seconds - expected) <= 60, `${seconds}`)
  about(await lifeSeconds({}), 900)
  about(await lifeSeconds({ duration_seconds: 3600 }), 3600)
  const told = await send(server.url, 'GET', '/v3/auth/tokens', {
    'X-Auth-Token': token,
    'X-Subject-Token': token,
  })
  assert.equal((await newKey(token, { duration_seconds: 86_400 })).expires_at, told.json().token.expires_at)
})

test('the token may come as X-Auth-Token', async () => {
  const reply = await ask({ methods: ['token'] }, { 'X-Auth-Token': await signIn(server.url) })
  assert.equal(reply.status, 201)
  assert.equal((await readPage(reply.json().credential)).status, 200)
})

test('without its security token, with another\u2019s, or with a permanent key\u2019s it is 401', async () => {
  const token = await signIn(server.url)
  const [key, other] = [await newKey(token), await newKey(token)]
  assertRefused(await readPage(key, ''), 401, 'APIGW.0301', /ak .* not exist/)
  const mismatch = /x-security-token does not belong to the ak/
  assertRefused(await readPage(key, other.securitytoken), 401, 'APIGW.0301', mismatch)
  assertRefused(
    await readPage({ ...key, secret: other.secret }),
    401,
    'APIGW.0301',
    /verify aksk signature fail/,
  )
  const permanent = { ...key, access: BOOTSTRAP.ak, secret: BOOTSTRAP.sk }
  assertRefused(await readPage(permanent), 401, 'APIGW.0301', mismatch)
  assert.equal((await readPage(key)).status, 200)
})

test('it ends with its token', async () => {
  const [token, own] = [await signIn(server.url), await signIn(server.url)]
  const key = await newKey(token)
  assert.equal((await readPage(key)).status, 200)
  await send(server.url, 'DELETE', '/v3/auth/tokens', { 'X-Auth-Token': own, 'X-Subject-Token': token })
  assertRefused(await readPage(key), 401, 'APIGW.0301', /decrypt token fail/)
})

test('malformed requests, other methods and invalid tokens get the errors of Keystone', async () => {
  const id = await signIn(server.url)
  const wide = await signIn(server.url, ADMIN, { domain: { name: BOOTSTRAP.domain } })
  for (const [identity, status] of [
    [{}, 400],
    [{ methods: [] }, 400],
    [{ methods: ['assume_role'], token: { id } }, 400],
    [{ methods: ['token'], token: { id, duration_seconds: 899 } }, 400],
    [{ methods: ['token'], token: { id, duration_seconds: 86_401 } }, 400],
    [{ methods: ['token'], token: { id, duration_seconds: 1000.5 } }, 400],
    [{ methods: ['token'] }, 401],
    [{ methods: ['token'], token: { id: 'x' } }, 401],
    [{ methods: ['token'], token: { id: build.upload_token } }, 401],
    [{ methods: ['token'], token: { id: wide } }, 403],
  ] as const) {
    const reply = await ask(identity)
    assert.equal(reply.status, status, `${JSON.stringify(identity)} ${reply.text}`)
    assert.equal(reply.json().error.code, status)
  }
})
