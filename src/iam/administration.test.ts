import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openTestIam, type TestIam } from '../../test/props/open-test-iam.ts'
import { BOOTSTRAP } from '../../test/props/server-process.ts'
import { isTailraceError } from '../contract/errors.ts'
import type { Role } from '../contract/roles.ts'
import type { Principal } from '../core/access/principal.ts'

const roles = (...names: Role[]): ReadonlySet<Role> => new Set(names)
const PASSWORD = 'good-password'
const is =
  (code: 'not-allowed' | 'not-found' | 'already-exists' | 'invalid-parameter', pattern = /./) =>
  (error: unknown) =>
    isTailraceError(error, code) && pattern.test(error.message)

let test: TestIam
/** Admin of the project alpha, and of beta in the other. */
let alpha: Principal
let beta: Principal
beforeEach(async () => {
  test = await openTestIam()
  alpha = await signIn(BOOTSTRAP.user, BOOTSTRAP.password, BOOTSTRAP.project)
  await test.iam.projects.createProject(alpha, 'beta')
  const founder = await signIn(BOOTSTRAP.user, BOOTSTRAP.password, 'beta')
  await test.iam.users.createUser(founder, { name: 'beta-admin', password: PASSWORD, roles: roles('admin') })
  beta = await signIn('beta-admin', PASSWORD, 'beta')
})

/** Who a user is after a login, by the store and not by what a test believes. */
async function signIn(name: string, password: string, project: string): Promise<Principal> {
  const user = { name, domain: { name: BOOTSTRAP.domain } }
  const { text } = await test.iam.tokens.createToken(
    { user, password, scope: { project: { name: project } } },
    'here',
  )
  const request = {
    method: 'GET',
    url: '/',
    headers: {},
    rawHeaders: ['x-auth-token', text],
    clientAddress: 'here',
  }
  return test.iam.authenticate(request, async () => '')
}

const createBob = (...bobs: Role[]) =>
  test.iam.users.createUser(alpha, { name: 'bob', password: PASSWORD, roles: roles(...bobs) })
const inAlpha = (name: string, password = PASSWORD) => signIn(name, password, BOOTSTRAP.project)

describe('users of a project', () => {
  it('are made by its admin, with roles in it, and listed', async () => {
    await createBob('runner')
    assert.deepEqual((await inAlpha('bob')).roles, roles('runner'))
    const listed = await test.iam.users.listUsers(alpha)
    assert.deepEqual(
      listed.map(({ name, roles: has }) => [name, [...has].sort()]),
      [
        ['admin', ['admin', 'reader', 'runner']],
        ['bob', ['runner']],
      ],
    )
    assert.ok(!JSON.stringify(listed).includes('argon2'))
  })

  it('are not made with a taken name, without roles, or with a name or password that does not do', async () => {
    await createBob('reader')
    await assert.rejects(createBob('admin'), is('already-exists'))
    const draft = { name: 'eve', password: PASSWORD, roles: roles('reader') }
    const create = (change: object) => test.iam.users.createUser(alpha, { ...draft, ...change })
    await assert.rejects(create({ roles: roles() }), is('invalid-parameter', /roles/))
    await assert.rejects(create({ name: ' eve' }), is('invalid-parameter', /name/))
    await assert.rejects(create({ password: 'short' }), is('invalid-parameter', /password/))
    await assert.rejects(create({ name: 'beta-admin' }), is('already-exists'))
    await assert.rejects(inAlpha('beta-admin'))
  })

  it('are handled by admins only, for any user', async () => {
    await createBob('reader', 'runner')
    const bob = await inAlpha('bob')
    const { users } = test.iam
    for (const name of ['admin', 'bob', 'nobody']) {
      await assert.rejects(users.changeUser(bob, name, { roles: roles('admin') }), is('not-allowed'))
      await assert.rejects(users.changeUser(bob, name, { password: 'another-password' }), is('not-allowed'))
      await assert.rejects(users.deleteUser(bob, name), is('not-allowed'))
    }
    await assert.rejects(
      users.changeUser(bob, 'admin', { password: 'another-password', oldPassword: PASSWORD }),
      is('not-allowed'),
    )
    await assert.rejects(users.listUsers(bob), is('not-allowed'))
    await assert.rejects(
      users.createUser(bob, { name: 'eve', password: PASSWORD, roles: roles('reader') }),
      is('not-allowed'),
    )
    await inAlpha('admin', BOOTSTRAP.password)
  })

  it('get another password from the admin, and their sessions end', async () => {
    await createBob('reader')
    await inAlpha('bob')
    await test.iam.users.changeUser(alpha, 'bob', { password: 'another-password' })
    await assert.rejects(inAlpha('bob'))
    await inAlpha('bob', 'another-password')
  })

  it('change their own password with the old one, and nothing else with it', async () => {
    await createBob('reader')
    const bob = await inAlpha('bob')
    const { users } = test.iam
    const change = { password: 'another-password', oldPassword: PASSWORD }
    await assert.rejects(
      users.changeUser(bob, 'bob', { ...change, oldPassword: 'wrong' }),
      is('not-allowed', /old password/),
    )
    await assert.rejects(
      users.changeUser(bob, 'bob', { ...change, roles: roles('admin') }),
      is('invalid-parameter'),
    )
    await assert.rejects(users.changeUser(bob, 'bob', { oldPassword: PASSWORD }), is('invalid-parameter'))
    await assert.rejects(
      users.changeUser(bob, 'bob', { ...change, password: 'short' }),
      is('invalid-parameter'),
    )
    await users.changeUser(bob, 'bob', change)
    await assert.rejects(inAlpha('bob'))
    assert.deepEqual((await inAlpha('bob', 'another-password')).roles, roles('reader'))
  })

  it('may not try old passwords without end', async () => {
    await createBob('reader')
    const bob = await inAlpha('bob')
    const guess = () =>
      test.iam.users.changeUser(bob, 'bob', { password: 'another-password', oldPassword: 'guess' })
    for (let n = 0; n < 60; n++) await assert.rejects(guess(), is('not-allowed'))
    await assert.rejects(guess(), error => isTailraceError(error, 'rate-limited'))
  })

  it('leave with their last role, account and keys included', async () => {
    await createBob('runner')
    const key = await test.iam.keys.createKey(alpha, 'bob')
    assert.deepEqual((await test.iam.users.changeUser(alpha, 'bob', { roles: roles() })).roles, roles())
    assert.equal(await test.stores.findKey(key.accessKey), undefined)
    await assert.rejects(inAlpha('bob'))
    await createBob('reader')
  })

  it('are deleted by their admin', async () => {
    await createBob('runner')
    await test.iam.users.deleteUser(alpha, 'bob')
    await assert.rejects(inAlpha('bob'))
    await assert.rejects(test.iam.users.deleteUser(alpha, 'bob'), is('not-found'))
  })

  it('that are unknown are not found, and a change must change something', async () => {
    const { users } = test.iam
    await assert.rejects(users.changeUser(alpha, 'nobody', { roles: roles('reader') }), is('not-found'))
    await assert.rejects(users.changeUser(alpha, 'admin', {}), is('invalid-parameter'))
  })

  it('always keep an admin: nobody demotes or deletes their own user', async () => {
    const { users } = test.iam
    await assert.rejects(users.changeUser(alpha, 'admin', { roles: roles('reader') }), is('not-allowed'))
    await assert.rejects(users.changeUser(alpha, 'admin', { roles: roles() }), is('not-allowed'))
    await assert.rejects(users.deleteUser(alpha, 'admin'), is('not-allowed'))
    await users.changeUser(alpha, 'admin', { roles: roles('admin') })
  })
})

describe("an admin's power ends with their project", () => {
  it('users of another project are hidden, but can be granted roles in the project', async () => {
    await createBob('runner')
    const { users } = test.iam
    const before = await test.stores.findUser({ id: (await inAlpha('bob')).userId })
    await assert.rejects(users.changeUser(beta, 'bob', { password: 'another-password' }), is('not-found'))
    await assert.rejects(users.changeUser(beta, 'bob', { roles: roles() }), is('not-found'))
    await assert.rejects(users.deleteUser(beta, 'bob'), is('not-found'))
    assert.ok(!(await users.listUsers(beta)).some(({ name }) => name === 'bob'))
    assert.deepEqual(await test.stores.findUser({ id: before!.id }), before)
    await users.changeUser(beta, 'bob', { roles: roles('reader') })
    assert.deepEqual((await signIn('bob', PASSWORD, 'beta')).roles, roles('reader'))
    assert.deepEqual((await inAlpha('bob')).roles, roles('runner'))
  })

  it('making a user a member gives no power over their password or account, with roles or without', async () => {
    const { users } = test.iam
    await users.changeUser(beta, 'admin', { roles: roles('reader') })
    for (const change of [
      { password: 'another-password' },
      { password: 'another-password', roles: roles('admin') },
    ])
      await assert.rejects(users.changeUser(beta, 'admin', change), is('not-allowed', /another project/))
    await assert.rejects(users.deleteUser(beta, 'admin'), is('not-allowed', /another project/))
    assert.deepEqual(await test.stores.rolesOf(alpha.userId, beta.projectId), roles('reader'))
    await users.changeUser(beta, 'admin', { roles: roles() })
    assert.equal((await inAlpha('admin', BOOTSTRAP.password)).userId, alpha.userId)
    await assert.rejects(signIn('admin', BOOTSTRAP.password, 'beta'))
  })

  it('even for an admin of both projects: only the user sets their own password', async () => {
    await createBob('runner')
    const both = await signIn('admin', BOOTSTRAP.password, 'beta')
    const { users } = test.iam
    await users.changeUser(both, 'bob', { roles: roles('runner') })
    await assert.rejects(users.changeUser(alpha, 'bob', { password: 'another-password' }), is('not-allowed'))
    const bob = await inAlpha('bob')
    await users.changeUser(bob, 'bob', { password: 'another-password', oldPassword: PASSWORD })
    await signIn('bob', 'another-password', 'beta')
  })

  it('keys of another project are not there', async () => {
    const key = await test.iam.keys.createKey(alpha)
    assert.deepEqual(await test.iam.keys.listKeys(beta), [])
    await assert.rejects(test.iam.keys.deleteKey(beta, key.accessKey), is('not-found'))
    await createBob('runner')
    await assert.rejects(test.iam.keys.createKey(beta, 'bob'), is('not-found'))
    assert.notEqual(await test.stores.findKey(key.accessKey), undefined)
  })

  it('a new project has its maker as its only member', async () => {
    const project = await test.iam.projects.createProject(beta, 'gamma')
    const maker = await signIn('beta-admin', PASSWORD, 'gamma')
    assert.equal(maker.projectId, project.id)
    assert.deepEqual(
      (await test.iam.users.listUsers(maker)).map(({ name }) => name),
      ['beta-admin'],
    )
    await assert.rejects(signIn('admin', BOOTSTRAP.password, 'gamma'))
    await assert.rejects(test.iam.projects.createProject(alpha, 'gamma'), is('already-exists'))
  })
})

describe('projects', () => {
  it('are listed to their members, with the roles of each', async () => {
    const listed = async (who: Principal) =>
      (await test.iam.projects.listProjects(who)).map(({ project }) => project.name)
    assert.deepEqual(await listed(alpha), ['beta', BOOTSTRAP.project])
    assert.deepEqual(await listed(beta), ['beta'])
  })

  it('are made by admins only', async () => {
    await createBob('reader', 'runner')
    await assert.rejects(test.iam.projects.createProject(await inAlpha('bob'), 'gamma'), is('not-allowed'))
    await assert.rejects(test.iam.projects.createProject(alpha, ''), is('invalid-parameter'))
  })
})

describe('access keys', () => {
  it('are made for oneself, and their secret is shown once', async () => {
    await createBob('runner')
    const bob = await inAlpha('bob')
    const key = await test.iam.keys.createKey(bob)
    assert.match(key.accessKey, /^[A-Z0-9]{20}$/)
    assert.match(key.secretKey, /^[A-Za-z0-9]{40}$/)
    assert.deepEqual(await test.iam.keys.listKeys(bob), [
      { accessKey: key.accessKey, userName: 'bob', createdAtMs: test.clock.ms },
    ])
    assert.ok(!JSON.stringify(await test.stores.findKey(key.accessKey)).includes(key.secretKey))
  })

  it('of others are handled by admins only', async () => {
    await createBob('reader', 'runner')
    const bob = await inAlpha('bob')
    await assert.rejects(test.iam.keys.createKey(bob, 'admin'), is('not-allowed'))
    await assert.rejects(test.iam.keys.deleteKey(bob, BOOTSTRAP.ak), is('not-found'))
    assert.deepEqual(await test.iam.keys.listKeys(bob), [])
    const key = await test.iam.keys.createKey(alpha, 'bob')
    assert.equal((await test.iam.keys.listKeys(alpha)).length, 2)
    await test.iam.keys.deleteKey(bob, key.accessKey)
    await test.iam.keys.deleteKey(alpha, BOOTSTRAP.ak)
    assert.deepEqual(await test.iam.keys.listKeys(alpha), [])
  })
})

it('the holder of an upload token administers nothing', async () => {
  const holder = { ...alpha, onlyRecord: '2cc26382-b2cb-4234-8eb0-b37d362f4d4c' }
  const { users, keys, projects } = test.iam
  for (const attempt of [
    () => users.listUsers(holder),
    () => users.createUser(holder, { name: 'eve', password: PASSWORD, roles: roles('admin') }),
    () =>
      users.changeUser(holder, 'admin', { password: 'another-password', oldPassword: BOOTSTRAP.password }),
    () => users.deleteUser(holder, 'admin'),
    () => keys.listKeys(holder),
    () => keys.createKey(holder),
    () => keys.deleteKey(holder, BOOTSTRAP.ak),
    () => projects.listProjects(holder),
    () => projects.createProject(holder, 'gamma'),
  ])
    await assert.rejects(attempt, is('not-allowed'))
})
