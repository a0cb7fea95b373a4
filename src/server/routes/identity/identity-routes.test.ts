import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type IdentityServer, openIdentityServer } from '../../../../test/props/open-identity-server.ts'
import { BOOTSTRAP } from '../../../../test/props/server-process.ts'

let server: IdentityServer
before(async () => {
  server = await openIdentityServer()
})
after(() => server[Symbol.asyncDispose]())

const PASSWORD = 'good-password'
const SCOPE = { project: { name: BOOTSTRAP.project } }

interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any body
  readonly body: any
}

async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  json?: unknown,
): Promise<Reply> {
  const init =
    json === undefined
      ? { method, headers }
      : {
          method,
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: typeof json === 'string' ? json : JSON.stringify(json),
        }
  const response = await fetch(server.url + path, init)
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

function login(name: string, password: string, scope?: unknown, change: object = {}) {
  const user = { name, password, domain: { name: BOOTSTRAP.domain } }
  return {
    auth: { identity: { methods: ['password'], password: { user }, ...change }, ...(scope ? { scope } : {}) },
  }
}

async function signIn(
  name: string = BOOTSTRAP.user,
  password: string = BOOTSTRAP.password,
  scope: unknown = SCOPE,
) {
  const reply = await send('POST', '/v3/auth/tokens', {}, login(name, password, scope))
  assert.equal(reply.status, 201, JSON.stringify(reply.body))
  return { 'X-Auth-Token': reply.headers.get('x-subject-token') ?? '' }
}

function assertKeystoneError({ status, body }: Reply, expected: number, title: string): void {
  assert.equal(status, expected, JSON.stringify(body))
  assert.deepEqual(Object.keys(body), ['error'])
  assert.deepEqual([body.error.code, body.error.title], [expected, title])
  assert.ok(body.error.message.length > 0)
}

describe('POST /v3/auth/tokens', () => {
  it('answers as Keystone does, for a project', async () => {
    const reply = await send('POST', '/v3/auth/tokens', {}, login(BOOTSTRAP.user, BOOTSTRAP.password, SCOPE))
    assert.equal(reply.status, 201)
    assert.match(reply.headers.get('x-subject-token') ?? '', /^trt_/)
    assert.equal(reply.headers.get('cache-control'), 'no-store')
    const { user, project, roles, catalog, ...token } = reply.body.token
    const domain = { id: user.domain.id, name: BOOTSTRAP.domain }
    assert.deepEqual(token, {
      methods: ['password'],
      issued_at: '2026-01-02T03:04:05.678000Z',
      expires_at: '2026-01-03T03:04:05.678000Z',
    })
    assert.deepEqual(user, { id: user.id, name: BOOTSTRAP.user, domain, password_expires_at: '' })
    assert.deepEqual(project, { id: server.first.projectId, name: BOOTSTRAP.project, domain })
    assert.deepEqual(
      roles.map(({ id, name }: { id: string; name: string }) => [id, name]),
      [
        ['reader', 'reader'],
        ['runner', 'runner'],
        ['admin', 'admin'],
      ],
    )
    assert.equal(catalog[0].endpoints[0].url, server.url)
    assert.equal(catalog[0].endpoints[0].region, BOOTSTRAP.project)
  })

  it('answers a domain instead of a project without a scope, and no catalog with ?nocatalog', async () => {
    const unscoped = await send('POST', '/v3/auth/tokens', {}, login(BOOTSTRAP.user, BOOTSTRAP.password))
    assert.equal(unscoped.body.token.project, undefined)
    assert.equal(unscoped.body.token.domain.name, BOOTSTRAP.domain)
    assert.deepEqual(unscoped.body.token.roles, [])
    for (const query of ['?nocatalog=true', '?nocatalog=', '?nocatalog'])
      assert.deepEqual(
        (await send('POST', `/v3/auth/tokens${query}`, {}, login(BOOTSTRAP.user, BOOTSTRAP.password, SCOPE)))
          .body.token.catalog,
        [],
      )
  })

  it('reports errors in the form of Keystone', async () => {
    const post = (json: unknown) => send('POST', '/v3/auth/tokens', {}, json)
    assertKeystoneError(await post(login(BOOTSTRAP.user, 'wrong-password', SCOPE)), 401, 'Unauthorized')
    for (const body of [
      '{',
      '[]',
      '{}',
      login('', PASSWORD),
      { auth: { identity: { methods: [] } } },
      { auth: { identity: { methods: ['password'] } } },
      { auth: { identity: { methods: ['password'], password: { user: { name: 'admin', password: 'x' } } } } },
      { auth: { identity: { methods: ['password'], password: { user: { name: 1, password: 'x' } } } } },
      login(BOOTSTRAP.user, BOOTSTRAP.password, { project: {} }),
      login(BOOTSTRAP.user, BOOTSTRAP.password, { domain: {} }),
      login(BOOTSTRAP.user, BOOTSTRAP.password, { other: {} }),
    ])
      assertKeystoneError(await post(body), 400, 'Bad Request')
    for (const methods of [['totp'], ['password', 'token'], ['token']]) {
      const other = await post({ auth: { identity: { methods } } })
      assertKeystoneError(other, 400, 'Bad Request')
    }
    assertKeystoneError(await post(login('x'.repeat(200_000), PASSWORD)), 413, 'Payload Too Large')
  })

  it('says when to come back after too many tries', async () => {
    const guess = () => send('POST', '/v3/auth/tokens', {}, login('guessed', 'wrong-password'))
    for (let n = 0; n < 60; n++) assert.equal((await guess()).status, 401)
    const reply = await guess()
    assertKeystoneError(reply, 429, 'Too Many Requests')
    assert.equal(reply.headers.get('retry-after'), '2')
    await signIn()
  })
})

describe('GET, HEAD and DELETE /v3/auth/tokens', () => {
  it('tell about a token, and end it', async () => {
    const own = await signIn()
    const subject = { 'X-Subject-Token': (await signIn())['X-Auth-Token'] }
    const path = '/v3/auth/tokens'
    const told = await send('GET', path, { ...own, ...subject })
    assert.equal(told.status, 200)
    assert.equal(told.headers.get('x-subject-token'), subject['X-Subject-Token'])
    assert.equal(told.body.token.project.name, BOOTSTRAP.project)
    const head = await send('HEAD', path, { ...own, ...subject })
    assert.deepEqual([head.status, head.body], [200, undefined])
    assert.equal((await send('DELETE', path, { ...own, ...subject })).status, 204)
    assertKeystoneError(await send('GET', path, { ...own, ...subject }), 404, 'Not Found')
    assert.equal((await send('HEAD', path, { ...own, ...subject })).status, 404)
    assertKeystoneError(await send('GET', path, { 'X-Auth-Token': 'bad', ...subject }), 401, 'Unauthorized')
    assertKeystoneError(await send('GET', path, subject), 401, 'Unauthorized')
    assertKeystoneError(await send('DELETE', path, own), 400, 'Bad Request')
  })

  it('serve a domain-scoped token too', async () => {
    const own = await signIn(BOOTSTRAP.user, BOOTSTRAP.password, { domain: { name: BOOTSTRAP.domain } })
    const reply = await send('GET', '/v3/auth/tokens', { ...own, 'X-Subject-Token': own['X-Auth-Token'] })
    assert.equal(reply.body.token.domain.name, BOOTSTRAP.domain)
  })
})

describe('the administration', () => {
  it('makes, lists, changes and deletes users', async () => {
    const admin = await signIn()
    const made = await send('POST', '/api/v1/users', admin, { name: 'b\u00f6b/x', password: PASSWORD })
    assert.deepEqual([made.status, made.body.name, made.body.roles], [201, 'b\u00f6b/x', ['reader']])
    assert.deepEqual(Object.keys(made.body).sort(), ['id', 'name', 'roles'])
    const path = `/api/v1/users/${encodeURIComponent('b\u00f6b/x')}`
    const changed = await send('PATCH', path, admin, { roles: ['runner', 'reader'] })
    assert.deepEqual([changed.status, changed.body.roles.sort()], [200, ['reader', 'runner']])
    const listed = await send('GET', '/api/v1/users', admin)
    assert.ok(listed.body.users.some(({ name }: { name: string }) => name === 'b\u00f6b/x'))
    assert.equal(
      (await send('POST', '/api/v1/users', admin, { name: 'b\u00f6b/x', password: PASSWORD })).status,
      409,
    )
    assert.equal((await send('DELETE', path, admin)).status, 204)
    assert.equal((await send('DELETE', path, admin)).status, 404)
  })

  it('names what is wrong with a body', async () => {
    const admin = await signIn()
    for (const [body, names] of [
      [{ password: PASSWORD }, /name/],
      [{ name: 'eve' }, /password/],
      [{ name: 'eve', password: 'short' }, /password/],
      [{ name: 'eve', password: PASSWORD, roles: ['root'] }, /roles/],
      [{ name: 'eve', password: PASSWORD, roles: [] }, /roles/],
      [{ name: 'x'.repeat(129), password: PASSWORD }, /name/],
    ] as const) {
      const reply = await send('POST', '/api/v1/users', admin, body)
      assert.deepEqual([reply.status, reply.body.error_code], [400, 'CB.00060200'])
      assert.match(reply.body.error_msg, names)
    }
  })

  it('is for admins, but for own password and own keys', async () => {
    const admin = await signIn()
    await send('POST', '/api/v1/users', admin, { name: 'carl', password: PASSWORD, roles: ['runner'] })
    const carl = await signIn('carl', PASSWORD)
    for (const [method, path, body] of [
      ['GET', '/api/v1/users'],
      ['POST', '/api/v1/users', {}],
      ['DELETE', '/api/v1/users/nobody'],
      ['POST', '/api/v1/projects', {}],
    ] as const) {
      const reply = await send(method, path, carl, body)
      assert.deepEqual([reply.status, reply.body.error_code], [403, 'APIGW.0302'])
    }
    const key = await send('POST', '/api/v1/keys', carl, {})
    assert.deepEqual(Object.keys(key.body).sort(), ['access_key', 'created_at', 'secret_key', 'user'])
    assert.equal(key.headers.get('cache-control'), 'no-store')
    const { secret_key: _, ...shown } = key.body
    assert.deepEqual((await send('GET', '/api/v1/keys', carl)).body, { keys: [shown] })
    assert.equal(shown.created_at, '2026-01-02T03:04:05.678Z')
    assert.equal((await send('DELETE', `/api/v1/keys/${BOOTSTRAP.ak}`, carl)).status, 404)
    assert.equal((await send('DELETE', `/api/v1/keys/${shown.access_key}`, carl)).status, 204)
    const own = { password: 'another-password', old_password: PASSWORD }
    assert.equal((await send('PATCH', '/api/v1/users/carl', carl, own)).status, 200)
    assert.equal((await send('GET', '/api/v1/keys', carl)).status, 401)
    await signIn('carl', 'another-password')
  })

  it('makes and lists projects', async () => {
    const admin = await signIn()
    const made = await send('POST', '/api/v1/projects', admin, { name: 'second' })
    assert.equal(made.status, 201)
    const { projects } = (await send('GET', '/api/v1/projects', admin)).body
    assert.deepEqual(
      projects.map(({ name }: { name: string }) => name),
      [BOOTSTRAP.project, 'second'],
    )
    assert.equal(projects[1].id, made.body.id)
    const second = await signIn(BOOTSTRAP.user, BOOTSTRAP.password, { project: { id: made.body.id } })
    assert.equal((await send('GET', '/api/v1/users', second)).body.users.length, 1)
    assert.equal((await send('POST', '/api/v1/projects', admin, { name: 'second' })).status, 409)
  })

  it('asks who before all else', async () => {
    for (const [method, path] of [
      ['GET', '/api/v1/users'],
      ['PATCH', '/api/v1/users/x'],
      ['GET', '/api/v1/keys'],
      ['GET', '/api/v1/projects'],
    ] as const) {
      const reply = await send(method, path, {})
      assert.deepEqual([reply.status, reply.body.error_code], [401, 'APIGW.0301'])
    }
  })
})
