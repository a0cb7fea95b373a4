/**
 * Tokens of an external Keystone-compatible IAM (TAILRACE_IAM_URL), which here is a second Tailrace
 * (docs/api.md section 6).
 */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openKeystoneFront, passTo } from '../../props/keystone-front.ts'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { authorization, sdkDate } from '../../props/signed-request.ts'
import {
  ADMIN,
  assertRefused,
  assertSameRefusal,
  Caller,
  downloadPath,
  eventually,
  logPath,
  pagePath,
  passwordRequest,
  type Reply,
  requestToken,
  send,
  signIn,
  UNKNOWN_JOB,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const WAIT_MS = 60_000
const JSON_TYPE = { 'Content-Type': 'application/json' }

const { server: iam, caller: iamAdmin } = await startFixture()
const iamProject: string = (await iamAdmin.get('/api/v1/projects')).json().projects[0].id
const newProject = async (name: string): Promise<string> =>
  (await iamAdmin.post('/api/v1/projects', { name })).json().id
const otherProject = await newProject('other')
const unservedProject = await newProject('unserved')

const front = await openKeystoneFront(passTo(() => iam.url))
after(() => front[Symbol.asyncDispose]())

const ENV = { TAILRACE_IAM_URL: `${front.url}/v3/`, TAILRACE_IAM_PROJECTS: `${iamProject}, ${otherProject}` }
const { server, caller: own } = await startFixture({
  env: { ...ENV, TAILRACE_IAM_CACHE_S: '3600', TAILRACE_LOG_LEVEL: 'debug' },
})
const ownBuild = await own.newLog('own\n')

async function callerOf(user = ADMIN, projectId = iamProject, on: { readonly url: string } = server) {
  return new Caller(on, { 'X-Auth-Token': await signIn(iam.url, user, { project: { id: projectId } }) })
}

async function newUser(name: string, ...roles: readonly string[]) {
  const user = { name, password: 'good-password-1' }
  assert.equal((await iamAdmin.post('/api/v1/users', { ...user, roles })).status, 201)
  return user
}

const tokenOf = (caller: Caller) => String(caller.headers['X-Auth-Token'])
const timesAsked = (caller: Caller) => front.asked.filter(token => token === tokenOf(caller)).length
const about = (method: string, caller: Caller, subject: Caller) =>
  send(server.url, method, '/v3/auth/tokens', { ...caller.headers, 'X-Subject-Token': tokenOf(subject) })

function assertIdentityRefusal(reply: Reply, status: number, message?: RegExp): void {
  assert.equal(reply.status, status, reply.text)
  const { error } = reply.json()
  assert.equal(error.code, status)
  if (message !== undefined) assert.match(error.message, message)
}

const revokeAtIam = async (caller: Caller) =>
  assert.equal(
    (
      await send(iam.url, 'DELETE', '/v3/auth/tokens', {
        ...caller.headers,
        'X-Subject-Token': tokenOf(caller),
      })
    ).status,
    204,
  )

describe('a token of the external IAM', () => {
  test('writes and reads in its project, and is asked for once', async () => {
    const caller = await callerOf()
    const build = await caller.newLog('one\n')
    assert.equal(build.project_id, iamProject)
    assert.equal((await caller.page(build)).json().result.log, 'one\n')
    const record = (await caller.get(`/v1/record/${build.record_id}/info`)).json().result
    assert.equal(record.user_id, (await about('GET', caller, caller)).json().token.user.id)
    assert.equal(timesAsked(caller), 1)
    assert.equal((await uploader(server, build).get(logPath(build, 1))).text, 'one\n')
    const bearer = { Authorization: `Bearer ${tokenOf(caller)}`, 'X-Project-Id': iamProject }
    assert.equal((await send(server.url, 'GET', pagePath(build), bearer)).status, 200)
    assertRefused(await caller.get(pagePath(build), { 'X-Project-Id': otherProject }), 403, 'APIGW.0302')
  })

  test('is asked for once by many requests at once', async () => {
    const caller = await callerOf()
    const replies = await Promise.all(Array.from({ length: 40 }, () => caller.get('/api/v1/jobs')))
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]))
    assert.equal(timesAsked(caller), 1)
  })

  test('has the roles that the IAM gives', async () => {
    const reader = await callerOf(await newUser('rita', 'reader'))
    const [bob, eve] = [
      await callerOf(await newUser('bob', 'runner')),
      await callerOf(await newUser('eve', 'runner')),
    ]
    const build = await bob.newLog('bobs\n', { live: true })
    for (const caller of [reader, bob, await callerOf()]) assert.equal((await caller.page(build)).status, 200)
    assertRefused(await eve.page(build), 403, 'APIGW.0302')
    assertRefused(await eve.append(build, 1, 5, 'more\n'), 403, 'APIGW.0302')
    assertRefused(await reader.append(build, 1, 5, 'more\n'), 403, 'APIGW.0302')
    assertRefused(await reader.post('/api/v1/builds', { job_name: 'x' }), 403, 'APIGW.0302')
    assertRefused(await bob.send('DELETE', `/api/v1/builds/${build.record_id}`), 403, 'APIGW.0302')
    assert.equal((await (await callerOf()).append(build, 1, 5, 'more\n')).status, 204)
    const names = (await eve.get('/api/v1/jobs')).json().jobs
    assert.deepEqual(names, [])
  })

  test('sees no other project: neither one of the IAM nor one of the server', async () => {
    const [one, other] = [await callerOf(), await callerOf(ADMIN, otherProject)]
    const build = await one.newLog('secret\n')
    for (const caller of [other, own]) {
      const unknown = { ...build, job_id: UNKNOWN_JOB }
      assertSameRefusal(await caller.page(build), await caller.page(unknown))
      assertRefused(await caller.get(downloadPath(build)), 404, 'DEVCB.00031006')
    }
    assertRefused(await one.page(ownBuild), 404, 'DEVCB.00031006')
  })

  test('opens nothing for a project that is not served, for a domain, or together with a signature of this server', async () => {
    const unserved = await callerOf(ADMIN, unservedProject)
    assertRefused(
      await unserved.get('/api/v1/jobs'),
      403,
      'APIGW.0302',
      new RegExp(`${unservedProject}.*not served`),
    )
    const domain = await signIn(iam.url, ADMIN, { domain: { name: BOOTSTRAP.domain } })
    const reply = await send(server.url, 'GET', pagePath(ownBuild), { 'X-Auth-Token': domain })
    assertRefused(reply, 403, 'APIGW.0302')
    const headers = { 'x-sdk-date': sdkDate(Date.now()) }
    const Authorization = authorization({ method: 'GET', path: pagePath(ownBuild), headers }, BOOTSTRAP)
    const both = { ...(await callerOf()).headers, 'X-Sdk-Date': headers['x-sdk-date'], Authorization }
    assertRefused(await send(server.url, 'GET', pagePath(ownBuild), both), 403, 'APIGW.0302')
  })

  test('is counted by its user', async () => {
    await using few = await startServer({ env: { ...ENV, TAILRACE_READS_PER_MINUTE: '1' } })
    const [one, same] = [await callerOf(ADMIN, iamProject, few), await callerOf(ADMIN, otherProject, few)]
    const other = await callerOf(await newUser('ula', 'reader'), iamProject, few)
    assert.equal((await one.get('/api/v1/jobs')).status, 200)
    assertRefused(await same.get('/api/v1/jobs'), 429, 'APIGW.0308')
    assert.equal((await other.get('/api/v1/jobs')).status, 200)
  })
})

describe('what is kept at the IAM', () => {
  const NAMES_IAM = new RegExp(`IAM at ${front.url}:`)

  test('describes its tokens to their holders', async () => {
    const caller = await callerOf()
    const reply = await about('GET', caller, caller)
    assert.deepEqual([reply.status, reply.headers['x-subject-token']], [200, tokenOf(caller)])
    const { token } = reply.json()
    const { token: atIam } = (
      await send(iam.url, 'GET', '/v3/auth/tokens', { ...caller.headers, 'X-Subject-Token': tokenOf(caller) })
    ).json()
    for (const name of ['methods', 'issued_at', 'expires_at', 'user', 'project', 'roles'])
      assert.deepEqual(token[name], atIam[name], name)
    assert.equal((await about('HEAD', caller, caller)).status, 200)
    const user = await callerOf(await newUser('hans', 'reader'))
    assert.equal((await about('GET', caller, user)).json().token.user.name, 'hans')
    assertIdentityRefusal(await about('GET', user, caller), 404)
    assertIdentityRefusal(await about('GET', own, caller), 404)
    assertIdentityRefusal(await about('GET', caller, own), 404)
    const domains = await caller.get('/v3/auth/domains')
    assert.deepEqual(
      domains.json().domains.map(({ name }: { name: string }) => name),
      [BOOTSTRAP.domain],
    )
  })

  test('is not changed here: tokens are neither revoked nor re-scoped, and nothing is made of them', async () => {
    const caller = await callerOf()
    assertIdentityRefusal(await about('DELETE', caller, caller), 403, NAMES_IAM)
    const token = { id: tokenOf(caller) }
    for (const scope of [{}, { scope: { project: { id: iamProject } } }]) {
      const body = JSON.stringify({ auth: { identity: { methods: ['token'], token }, ...scope } })
      assertIdentityRefusal(await requestToken(server.url, body), 403, NAMES_IAM)
    }
    const key = { auth: { identity: { methods: ['token'], token } } }
    assertIdentityRefusal(await caller.post('/v3.0/OS-CREDENTIAL/securitytokens', key), 403, NAMES_IAM)
    assertRefused(await caller.post('/api/v1/session', { token: token.id }), 403, 'APIGW.0302', NAMES_IAM)
    assertIdentityRefusal(await caller.get('/v3/projects'), 403, NAMES_IAM)
    assert.equal((await caller.get('/api/v1/jobs')).status, 200)
  })

  test('is not administered here', async () => {
    const caller = await callerOf()
    const user = { name: 'new', password: 'good-password-1', roles: ['admin'] }
    const change = JSON.stringify({ password: 'good-password-1', old_password: ADMIN.password })
    for (const reply of [
      await caller.get('/api/v1/projects'),
      await caller.post('/api/v1/projects', { name: 'new' }),
      await caller.post('/api/v1/projects', '{'),
      await caller.get('/api/v1/users'),
      await caller.post('/api/v1/users', user),
      await caller.post('/api/v1/users', {}),
      await caller.send('PATCH', `/api/v1/users/${ADMIN.name}`, JSON_TYPE, change),
      await caller.send('DELETE', `/api/v1/users/${ADMIN.name}`),
      await caller.get('/api/v1/keys'),
      await caller.post('/api/v1/keys', {}),
      await caller.post('/api/v1/keys', []),
      await caller.send('DELETE', `/api/v1/keys/${BOOTSTRAP.ak}`),
    ])
      assertRefused(reply, 403, 'APIGW.0302', NAMES_IAM)
  })

  test('does not sign in here: passwords are those of the server\u2019s own users', async () => {
    const user = await newUser('only-there', 'reader')
    assertIdentityRefusal(await requestToken(server.url, passwordRequest(user)), 401)
  })
})

describe('a token that ends at the IAM', () => {
  test('ends here when the IAM is asked again', async () => {
    await using brief = await startServer({ env: { ...ENV, TAILRACE_IAM_CACHE_S: '1' } })
    const caller = await callerOf(ADMIN, iamProject, brief)
    assert.equal((await caller.get('/api/v1/jobs')).status, 200)
    await revokeAtIam(caller)
    await eventually(
      async () =>
        assertRefused(await caller.get('/api/v1/jobs'), 401, 'APIGW.0301', /^Incorrect IAM.*decrypt token/),
      WAIT_MS,
    )
  })

  test('with no time to believe the IAM, ends at once', async () => {
    await using never = await startServer({ env: { ...ENV, TAILRACE_IAM_CACHE_S: '0' } })
    const caller = await callerOf(ADMIN, iamProject, never)
    assert.equal((await caller.get('/api/v1/jobs')).status, 200)
    await revokeAtIam(caller)
    assertRefused(await caller.get('/api/v1/jobs'), 401, 'APIGW.0301')
  })
})

test('an unknown token is 401, and text that cannot be a token is not sent to the IAM', async () => {
  const asked = front.asked.length
  for (const token of ['trs_x', 'tru_x', ownBuild.upload_token.slice(0, -1), 'x'.repeat(100_001)])
    assertRefused(
      await send(server.url, 'GET', '/api/v1/jobs', { 'X-Auth-Token': token }),
      401,
      'APIGW.0301',
      /decrypt token fail/,
    )
  for (const id of ['a b', 'x\r\nHost: y', '\u00e9'])
    assertIdentityRefusal(
      await requestToken(
        server.url,
        JSON.stringify({ auth: { identity: { methods: ['token'], token: { id } } } }),
      ),
      401,
    )
  assert.equal(front.asked.length, asked)
  for (const token of ['x', 'x'.repeat(100_000), "' OR 1=1 --"])
    assertRefused(
      await send(server.url, 'GET', '/api/v1/jobs', { 'X-Auth-Token': token }),
      401,
      'APIGW.0301',
      /decrypt token fail/,
    )
  assertRefused(await send(server.url, 'GET', '/api/v1/jobs'), 401, 'APIGW.0301', /x-auth-token not found/)
})

test('an IAM that is killed stops its own tokens alone, not those that are still believed, until it is back', async () => {
  const [known, later] = [await callerOf(), await callerOf()]
  const build = await known.newLog('one\n', { live: true })
  await iam.kill('SIGKILL')
  for (let n = 0; n < 3; n++) {
    const reply = await later.page(build)
    assertRefused(reply, 503, 'TR.UNAVAILABLE', /IAM/)
    assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/)
  }
  const described = await about('GET', later, later)
  assertIdentityRefusal(described, 503)
  assert.match(String(described.headers['retry-after']), /^[1-9]\d*$/)
  assert.equal((await known.append(build, 1, 4, 'two\n')).status, 204)
  assert.equal((await own.page(ownBuild)).status, 200)
  await signIn(server.url)
  assert.equal((await uploader(server, build).append(build, 1, 8, 'three\n')).status, 204)
  const headers = { 'x-sdk-date': sdkDate(Date.now()) }
  const Authorization = authorization({ method: 'GET', path: pagePath(ownBuild), headers }, BOOTSTRAP)
  const signed = { 'X-Sdk-Date': headers['x-sdk-date'], Authorization }
  assert.equal((await send(server.url, 'GET', pagePath(ownBuild), signed)).status, 200)
  assert.equal((await send(server.url, 'GET', '/readyz')).status, 200)
  await iam.restart()
  await eventually(async () => assert.equal((await later.page(build)).status, 200), WAIT_MS)
})

test('thousands of invented tokens do not reach the IAM, and do not affect other callers', async () => {
  const good = await callerOf()
  assert.equal((await good.get('/api/v1/jobs')).status, 200)
  const [askedBefore, startMs] = [front.asked.length, Date.now()]
  const replies: Reply[] = []
  const guess = async (n: number) => {
    const headers = { 'X-Auth-Token': `guess-${n}` }
    replies.push(await send(server.url, 'GET', '/api/v1/jobs', headers, undefined, '127.77.0.1'))
  }
  for (let n = 0; n < 3000; n += 50) await Promise.all(Array.from({ length: 50 }, (_, m) => guess(n + m)))
  const stopped = replies.filter(({ status }) => status === 429)
  assert.ok(stopped.length > 0 && stopped.length < replies.length)
  for (const reply of stopped) {
    assertRefused(reply, 429, 'APIGW.0308')
    assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/)
  }
  for (const reply of replies) if (reply.status !== 429) assertRefused(reply, 401, 'APIGW.0301')
  // 300 at once and 5 a second.
  assert.ok(front.asked.length - askedBefore <= 301 + (Date.now() - startMs) / 200, `${front.asked.length}`)
  assert.ok(front.mostAtOnce <= 16, `${front.mostAtOnce} at once`)
  const fromThere = (token: string) =>
    send(server.url, 'GET', '/api/v1/jobs', { 'X-Auth-Token': token }, undefined, '127.77.0.1')
  assert.equal((await fromThere(tokenOf(good))).status, 200)
  assert.equal((await (await callerOf()).get('/api/v1/jobs')).status, 200)
})

test('no token is printed or stored', () => {
  const tokens = [...new Set(front.asked)].filter(token => token.startsWith('trt_'))
  assert.ok(tokens.length > 5)
  const files = readdirSync(server.data, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  for (const text of [server.stdout, server.stderr, ...files])
    for (const token of tokens) assert.ok(!text.includes(token))
})
