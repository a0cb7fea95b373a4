/**
 * `GET /v3/projects` and `GET /v3/auth/domains`: how clients find the ids that they were not given
 * (contract of the IAM subset).
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BOOTSTRAP } from '../../props/server-process.ts'
import { authorization, sdkDate } from '../../props/signed-request.ts'
import { ADMIN, type Headers, PROJECT_SCOPE, type Reply, send, signIn } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newBuild()
await caller.post('/api/v1/projects', { name: 'b\u00f6ta & more' })
const bob = { name: 'bob', password: 'good-password-1' }
await caller.post('/api/v1/users', { ...bob, roles: ['reader'] })

function signed(path: string, more: Headers = {}, sk: string = BOOTSTRAP.sk): Promise<Reply> {
  const headers = { 'x-sdk-date': sdkDate(Date.now()), 'content-type': 'application/json' }
  const Authorization = authorization({ method: 'GET', path, headers }, { ak: BOOTSTRAP.ak, sk })
  return send(server.url, 'GET', path, { ...headers, ...more, Authorization })
}

const names = (reply: Reply) => {
  assert.equal(reply.status, 200, reply.text)
  return reply.json().projects.map(({ name }: { name: string }) => name)
}

/** The same question with each kind of credentials that may ask it. */
const WAYS: Record<string, (path: string) => Promise<Reply>> = {
  'a project-scoped token': async path =>
    send(server.url, 'GET', path, { 'X-Auth-Token': await signIn(server.url, ADMIN, PROJECT_SCOPE) }),
  'a domain-scoped token': async path =>
    send(server.url, 'GET', path, {
      'X-Auth-Token': await signIn(server.url, ADMIN, { domain: { name: BOOTSTRAP.domain } }),
    }),
  'a signature': path => signed(path),
  'a signature that names a domain': path => signed(path, { 'X-Domain-Id': 'f'.repeat(32) }),
}

for (const [way, get] of Object.entries(WAYS))
  describe(`asked with ${way}`, () => {
    test('lists the projects of the user, in the form of Keystone', async () => {
      const reply = await get('/v3/projects')
      assert.deepEqual(names(reply), ['b\u00f6ta & more', BOOTSTRAP.project])
      const { projects, links } = reply.json()
      const [{ domain_id }, project] = projects
      assert.deepEqual(project, {
        id: build.project_id,
        name: BOOTSTRAP.project,
        domain_id,
        parent_id: domain_id,
        is_domain: false,
        enabled: true,
        description: '',
        links: { self: `${server.url}/v3/projects/${build.project_id}` },
      })
      assert.deepEqual(links, { self: `${server.url}/v3/projects`, next: null, previous: null })
    })

    test('a name finds one project exactly, or none', async () => {
      assert.deepEqual(names(await get(`/v3/projects?name=${BOOTSTRAP.project}`)), [BOOTSTRAP.project])
      assert.deepEqual(names(await get(`/v3/projects?name=${BOOTSTRAP.project.toUpperCase()}`)), [])
      assert.deepEqual(names(await get('/v3/projects?name=')), [])
      const reply = await get('/v3/projects?name=b%C3%B6ta%20%26%20more')
      assert.deepEqual(names(reply), ['b\u00f6ta & more'])
      assert.equal(reply.json().links.self, `${server.url}/v3/projects?name=b%C3%B6ta%20%26%20more`)
    })

    test('shows the domain of the user', async () => {
      const reply = await get('/v3/auth/domains')
      assert.equal(reply.status, 200, reply.text)
      const [domain, ...more] = reply.json().domains
      assert.deepEqual([domain.name, domain.enabled, more], [BOOTSTRAP.domain, true, []])
      assert.match(domain.id, /^[0-9a-f]{32}$/)
    })
  })

test('a user sees only projects of their own', async () => {
  const headers = {
    'X-Auth-Token': await signIn(server.url, bob, { domain: { name: BOOTSTRAP.domain } }),
  }
  assert.deepEqual(names(await send(server.url, 'GET', '/v3/projects', headers)), [BOOTSTRAP.project])
})

test('no credentials, a wrong signature and an upload token get the errors of Keystone', async () => {
  for (const path of ['/v3/projects', '/v3/auth/domains'])
    for (const [reply, status] of [
      [await send(server.url, 'GET', path), 401],
      [await send(server.url, 'GET', path, { 'X-Auth-Token': 'x' }), 401],
      [await signed(path, {}, 'wrong'), 401],
      [await send(server.url, 'GET', path, { 'X-Auth-Token': build.upload_token }), 403],
    ] as const) {
      assert.equal(reply.status, status, reply.text)
      assert.equal(reply.json().error.code, status)
    }
  const twice = await signed('/v3/projects?name=a&name=b')
  assert.equal(twice.status, 400, twice.text)
})
