/**
 * Tokens made from tokens: `methods: ["token"]` of `POST /v3/auth/tokens` (docs/api.md section 6).
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BOOTSTRAP } from '../../props/server-process.ts'
import {
  ADMIN,
  assertRefused,
  PROJECT_SCOPE,
  pagePath,
  passwordRequest,
  type Reply,
  requestToken,
  send,
  signIn,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newLog('one\n')
const other: { id: string } = (await caller.post('/api/v1/projects', { name: 'other' })).json()
const DOMAIN_SCOPE = { domain: { name: BOOTSTRAP.domain } }

const rescope = (id: string, scope?: unknown) =>
  requestToken(
    server.url,
    JSON.stringify({
      auth: { identity: { methods: ['token'], token: { id } }, ...(scope ? { scope } : {}) },
    }),
  )

async function rescoped(id: string, scope?: unknown): Promise<string> {
  const reply = await rescope(id, scope)
  assert.equal(reply.status, 201, reply.text)
  return String(reply.headers['x-subject-token'])
}

const readPage = (token: string) => send(server.url, 'GET', pagePath(build), { 'X-Auth-Token': token })
const revoke = (own: string, subject: string) =>
  send(server.url, 'DELETE', '/v3/auth/tokens', { 'X-Auth-Token': own, 'X-Subject-Token': subject })

function assertIdentityRefusal(reply: Reply, status: number): void {
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.json().error.code, status)
  assert.equal(reply.headers['x-subject-token'], undefined)
}

describe('a token made from a token', () => {
  test('opens the project that it is for, and says how it was obtained', async () => {
    const first = await requestToken(server.url, passwordRequest(ADMIN))
    const reply = await rescope(String(first.headers['x-subject-token']), PROJECT_SCOPE)
    assert.equal(reply.status, 201, reply.text)
    const { token } = reply.json()
    assert.deepEqual([token.methods, token.project.name], [['password', 'token'], BOOTSTRAP.project])
    assert.equal(token.user.name, ADMIN.name)
    const text = String(reply.headers['x-subject-token'])
    assert.notEqual(text, first.headers['x-subject-token'])
    assert.equal((await readPage(text)).status, 200)
  })

  test('never lives longer than the one it came from, however often that is repeated', async () => {
    const first = await requestToken(server.url, passwordRequest(ADMIN))
    let text = String(first.headers['x-subject-token'])
    for (let n = 0; n < 3; n++) {
      const reply = await rescope(text, PROJECT_SCOPE)
      assert.equal(reply.json().token.expires_at, first.json().token.expires_at)
      text = String(reply.headers['x-subject-token'])
    }
  })

  test('ends with the one it came from, and does not take that with it', async () => {
    const [first, own] = [await signIn(server.url), await signIn(server.url)]
    const middle = await rescoped(first, DOMAIN_SCOPE)
    const last = await rescoped(middle, PROJECT_SCOPE)
    const sibling = await rescoped(first, PROJECT_SCOPE)
    assert.equal((await readPage(last)).status, 200)
    assert.equal((await revoke(own, middle)).status, 204)
    assertRefused(await readPage(last), 401, 'APIGW.0301', /decrypt token fail/)
    assert.equal((await readPage(sibling)).status, 200)
    assert.equal((await revoke(own, first)).status, 204)
    assertRefused(await readPage(sibling), 401, 'APIGW.0301')
    assert.equal((await readPage(own)).status, 200)
  })

  test('is for the domain if no scope is given, and is then rejected by log routes', async () => {
    const text = await rescoped(await signIn(server.url))
    assertRefused(await readPage(text), 403, 'APIGW.0302')
  })

  test('from a token for one project opens no other, not over the domain either', async () => {
    const first = await signIn(server.url)
    const scope = { project: { id: other.id } }
    assertIdentityRefusal(await rescope(first, scope), 403)
    assertIdentityRefusal(await rescope(await rescoped(first, DOMAIN_SCOPE), scope), 403)
    await rescoped(await signIn(server.url, ADMIN, DOMAIN_SCOPE), scope)
  })

  test('has the roles of its project and no others', async () => {
    const bob = { name: 'bob', password: 'good-password-1' }
    assert.equal((await caller.post('/api/v1/users', { ...bob, roles: ['reader'] })).status, 201)
    const wide = await signIn(server.url, bob, DOMAIN_SCOPE)
    const reply = await rescope(wide, PROJECT_SCOPE)
    assert.deepEqual(
      reply.json().token.roles.map(({ name }: { name: string }) => name),
      ['reader'],
    )
    assertIdentityRefusal(await rescope(wide, { project: { id: other.id } }), 401)
  })

  test('ends with the password', async () => {
    const carl = { name: 'carl', password: 'good-password-1' }
    assert.equal((await caller.post('/api/v1/users', { ...carl, roles: ['reader'] })).status, 201)
    const text = await rescoped(await signIn(server.url, carl), PROJECT_SCOPE)
    assert.equal((await readPage(text)).status, 200)
    await caller.send(
      'PATCH',
      '/api/v1/users/carl',
      { 'Content-Type': 'application/json' },
      JSON.stringify({ password: 'other-password-2' }),
    )
    assertRefused(await readPage(text), 401, 'APIGW.0301')
  })

  test('is denied for an invalid token, a revoked one, and an upload token', async () => {
    const [own, gone] = [await signIn(server.url), await signIn(server.url)]
    await revoke(own, gone)
    for (const id of [gone, 'x', `${own}x`, build.upload_token])
      assertIdentityRefusal(await rescope(id, PROJECT_SCOPE), 401)
  })

  test('is denied with a second method, and without the token', async () => {
    const id = await signIn(server.url)
    for (const identity of [
      { methods: ['token'] },
      { methods: ['token'], token: {} },
      { methods: ['token'], token: { id: '' } },
      { methods: ['token', 'password'], token: { id } },
      { methods: ['password'], token: { id } },
    ])
      assertIdentityRefusal(await requestToken(server.url, JSON.stringify({ auth: { identity } })), 400)
  })

  test('cannot be stretched without end', async () => {
    let text = await signIn(server.url)
    let reply = await rescope(text)
    for (let n = 0; n < 20 && reply.status === 201; n++) {
      text = String(reply.headers['x-subject-token'])
      reply = await rescope(text)
    }
    assertIdentityRefusal(reply, 401)
  })
})
