import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import type { Role } from '../../contract/roles.ts'
import type {
  AccessKey,
  CredentialStores,
  Domain,
  Project,
  Token,
  User,
} from '../../core/ports/credentials.ts'

/** Makes an empty store; it is closed with `await using`. */
export interface CredentialsKit {
  open(): Promise<{ readonly stores: CredentialStores } & AsyncDisposable>
}

const DOMAIN: Domain = { id: 'd'.repeat(32), name: 'acme' }
const ALPHA: Project = { id: 'a'.repeat(32), name: 'alpha', domain: DOMAIN }
const BETA: Project = { id: 'b'.repeat(32), name: 'beta', domain: DOMAIN }
const ADMIN: User = user('1', 'admin')
const BOB: User = user('2', 'bob')
const KEY = key('AK1', ADMIN, ALPHA, 1)
const ALL = roles('reader', 'runner', 'admin')

function user(digit: string, name: string): User {
  return { id: digit.repeat(32), name, domain: DOMAIN, passwordHash: `hash of ${name}`, passwordVersion: 1 }
}

function key(accessKey: string, owner: User, project: Project, createdAtMs: number): AccessKey {
  return {
    accessKey,
    sealedSecretKey: `sealed ${accessKey}`,
    userId: owner.id,
    projectId: project.id,
    createdAtMs,
  }
}

function roles(...names: Role[]): ReadonlySet<Role> {
  return new Set(names)
}

function token(digit: string, owner: User, change: Partial<Token> = {}): Token {
  return {
    sha256: digit.repeat(64),
    userId: owner.id,
    scope: { projectId: ALPHA.id },
    methods: ['password'],
    roles: owner === ADMIN ? ALL : roles('reader'),
    passwordVersion: 1,
    issuedAtMs: 1_000,
    expiresAtMs: 2_000,
    ...change,
  }
}

const isTaken = (error: unknown) => isTailraceError(error, 'already-exists')

/** Two projects; the admin is admin of both, bob is a reader of alpha. */
async function establishTwo(stores: CredentialStores): Promise<void> {
  assert.equal(await stores.establish({ project: ALPHA, admin: ADMIN, key: KEY }), true)
  await stores.createProject(BETA, ADMIN.id)
  await stores.createUser(BOB, ALPHA.id, roles('reader'))
}

type Test = (stores: CredentialStores) => Promise<void>

const TENANTS: Record<string, Test> = {
  async 'an only domain is found without a name'(stores) {
    assert.equal(await stores.soleDomain(), undefined)
    await establishTwo(stores)
    assert.deepEqual(await stores.soleDomain(), DOMAIN)
  },
  async 'an empty store is established once, with everything at once'(stores) {
    assert.equal(await stores.establish({ project: ALPHA, admin: ADMIN, key: KEY }), true)
    assert.deepEqual(await stores.findDomain({ name: 'acme' }), DOMAIN)
    assert.deepEqual(await stores.findDomain({ id: DOMAIN.id }), DOMAIN)
    assert.deepEqual(await stores.findProject({ id: ALPHA.id }), ALPHA)
    assert.deepEqual(await stores.findUser({ id: ADMIN.id }), ADMIN)
    assert.deepEqual(await stores.findKey('AK1'), KEY)
    assert.deepEqual(await stores.rolesOf(ADMIN.id, ALPHA.id), ALL)
  },
  async 'a second founding changes nothing'(stores) {
    await establishTwo(stores)
    assert.equal(await stores.isEmpty(), false)
    const other: Domain = { id: 'e'.repeat(32), name: 'other' }
    const project = { id: 'f'.repeat(32), name: 'other', domain: other }
    const admin = { ...user('9', 'other'), domain: other }
    assert.equal(await stores.establish({ project, admin, key: key('AK9', admin, project, 1) }), false)
    assert.equal(await stores.findDomain({ name: 'other' }), undefined)
    assert.equal(await stores.findProject({ id: project.id }), undefined)
    assert.equal(await stores.findUser({ id: admin.id }), undefined)
    assert.equal(await stores.findKey('AK9'), undefined)
  },
  async 'an empty store finds nothing'(stores) {
    assert.equal(await stores.isEmpty(), true)
    assert.equal(await stores.findDomain({ name: 'acme' }), undefined)
    assert.equal(await stores.findProject({ id: ALPHA.id }), undefined)
    assert.equal(await stores.findUser({ domainId: DOMAIN.id, name: 'admin' }), undefined)
    assert.equal(await stores.anyKey(), undefined)
    assert.deepEqual(await stores.membershipsOf(ADMIN.id), [])
    assert.deepEqual(await stores.membersOf(ALPHA.id), [])
  },
  async 'a new project has its maker in all roles'(stores) {
    await establishTwo(stores)
    assert.deepEqual(await stores.findProject({ domainId: DOMAIN.id, name: 'beta' }), BETA)
    assert.deepEqual(await stores.rolesOf(ADMIN.id, BETA.id), ALL)
  },
  async 'a project whose name exists in the domain is rejected, and nothing is stored'(stores) {
    await establishTwo(stores)
    const twin = { ...BETA, id: 'c'.repeat(32) }
    await assert.rejects(stores.createProject(twin, BOB.id), isTaken)
    assert.equal(await stores.findProject({ id: twin.id }), undefined)
    assert.deepEqual(await stores.rolesOf(BOB.id, twin.id), roles())
    assert.deepEqual(await stores.findProject({ domainId: DOMAIN.id, name: 'beta' }), BETA)
  },
}

const USERS: Record<string, Test> = {
  async 'a user is found by id and by name in their domain, case-sensitively'(stores) {
    await establishTwo(stores)
    assert.deepEqual(await stores.findUser({ id: BOB.id }), BOB)
    assert.deepEqual(await stores.findUser({ domainId: DOMAIN.id, name: 'bob' }), BOB)
    assert.equal(await stores.findUser({ domainId: DOMAIN.id, name: 'Bob' }), undefined)
    assert.equal(await stores.findUser({ domainId: 'e'.repeat(32), name: 'bob' }), undefined)
  },
  async 'a user whose name exists is rejected, and nothing is stored'(stores) {
    await establishTwo(stores)
    const twin = { ...BOB, id: '3'.repeat(32) }
    await assert.rejects(stores.createUser(twin, BETA.id, ALL), isTaken)
    assert.equal(await stores.findUser({ id: twin.id }), undefined)
    assert.deepEqual(await stores.rolesOf(twin.id, BETA.id), roles())
  },
  async 'a new password raises the version and ends all tokens of this user only'(stores) {
    await establishTwo(stores)
    await stores.addToken(token('1', BOB))
    await stores.addToken(token('2', BOB, { scope: { domainId: DOMAIN.id }, roles: roles() }))
    await stores.addToken(token('3', ADMIN))
    assert.equal(await stores.setPassword(BOB.id, 'new hash'), true)
    const changed = await stores.findUser({ id: BOB.id })
    assert.equal(changed?.passwordHash, 'new hash')
    assert.equal(changed?.passwordVersion, 2)
    assert.equal(await stores.findToken('1'.repeat(64)), undefined)
    assert.equal(await stores.findToken('2'.repeat(64)), undefined)
    assert.notEqual(await stores.findToken('3'.repeat(64)), undefined)
  },
  async 'the password of an unknown user is not set'(stores) {
    await establishTwo(stores)
    assert.equal(await stores.setPassword('9'.repeat(32), 'hash'), false)
  },
  async 'the password is not set for a member of another project when only one was meant'(stores) {
    await establishTwo(stores)
    assert.equal(await stores.setPassword(BOB.id, 'from beta', BETA.id), false)
    await stores.setRoles(BOB.id, BETA.id, roles('reader'))
    assert.equal(await stores.setPassword(BOB.id, 'from alpha', ALPHA.id), false)
    assert.deepEqual(await stores.findUser({ id: BOB.id }), BOB)
    await stores.setRoles(BOB.id, BETA.id, roles())
    assert.equal(await stores.setPassword(BOB.id, 'from alpha', ALPHA.id), true)
  },
  async 'deleting a user removes their roles, tokens and keys, and frees the name'(stores) {
    await establishTwo(stores)
    await stores.addToken(token('1', BOB))
    await stores.addKey(key('AK2', BOB, ALPHA, 2))
    assert.equal(await stores.deleteUser(BOB.id, ALPHA.id), true)
    assert.equal(await stores.deleteUser(BOB.id, ALPHA.id), false)
    assert.equal(await stores.findUser({ id: BOB.id }), undefined)
    assert.equal(await stores.findToken('1'.repeat(64)), undefined)
    assert.equal(await stores.findKey('AK2'), undefined)
    assert.deepEqual(await stores.rolesOf(BOB.id, ALPHA.id), roles())
    await stores.createUser({ ...BOB, id: '3'.repeat(32) }, ALPHA.id, roles('runner'))
    assert.deepEqual(
      (await stores.membersOf(ALPHA.id)).map(member => member.user.name),
      ['admin', 'bob'],
    )
  },
  async 'a member of another project is not deleted'(stores) {
    await establishTwo(stores)
    assert.equal(await stores.deleteUser(ADMIN.id, ALPHA.id), false)
    assert.deepEqual(await stores.findUser({ id: ADMIN.id }), ADMIN)
    assert.deepEqual(await stores.rolesOf(ADMIN.id, BETA.id), ALL)
  },
}

const MEMBERS: Record<string, Test> = {
  async 'members and memberships are listed by name, those without roles left out'(stores) {
    await establishTwo(stores)
    await stores.createUser(user('3', 'nobody'), ALPHA.id, roles())
    assert.deepEqual(await stores.membersOf(ALPHA.id), [
      { user: ADMIN, roles: ALL },
      { user: BOB, roles: roles('reader') },
    ])
    assert.deepEqual(await stores.membershipsOf(ADMIN.id), [
      { project: ALPHA, roles: ALL },
      { project: BETA, roles: ALL },
    ])
    assert.deepEqual(await stores.membershipsOf('3'.repeat(32)), [])
  },
  async 'every set of roles is kept'(stores) {
    await establishTwo(stores)
    for (const some of [roles('runner'), roles('reader', 'admin'), ALL, roles()]) {
      await stores.setRoles(BOB.id, ALPHA.id, some)
      assert.deepEqual(await stores.rolesOf(BOB.id, ALPHA.id), some)
    }
  },
  async 'other roles end the tokens of this user and project only'(stores) {
    await establishTwo(stores)
    await stores.setRoles(BOB.id, BETA.id, roles('reader'))
    await stores.addToken(token('1', BOB))
    await stores.addToken(token('2', BOB, { scope: { projectId: BETA.id } }))
    await stores.addToken(token('3', ADMIN))
    await stores.setRoles(BOB.id, ALPHA.id, roles('reader', 'runner'))
    assert.equal(await stores.findToken('1'.repeat(64)), undefined)
    assert.notEqual(await stores.findToken('2'.repeat(64)), undefined)
    assert.notEqual(await stores.findToken('3'.repeat(64)), undefined)
    await stores.setRoles(BOB.id, ALPHA.id, roles('reader'))
    assert.equal(await stores.findToken('1'.repeat(64)), undefined)
  },
  async 'the same roles again end nothing'(stores) {
    await establishTwo(stores)
    await stores.addToken(token('1', BOB))
    await stores.addKey(key('AK2', BOB, ALPHA, 2))
    await stores.setRoles(BOB.id, ALPHA.id, roles('reader'))
    assert.notEqual(await stores.findToken('1'.repeat(64)), undefined)
    assert.notEqual(await stores.findKey('AK2'), undefined)
  },
  async 'a user who is removed from a project loses their keys for it, even if they return'(stores) {
    await establishTwo(stores)
    await stores.addKey(key('AK2', BOB, ALPHA, 2))
    await stores.setRoles(BOB.id, ALPHA.id, roles())
    await stores.setRoles(BOB.id, ALPHA.id, roles('reader'))
    assert.equal(await stores.findKey('AK2'), undefined)
    assert.deepEqual(await stores.findKey('AK1'), KEY)
  },
}

const TOKENS: Record<string, Test> = {
  async 'a token is found as it was stored, expired or not'(stores) {
    await establishTwo(stores)
    const scoped = token('1', ADMIN, { methods: ['password', 'totp'] })
    const domainWide = token('2', ADMIN, { scope: { domainId: DOMAIN.id }, roles: roles() })
    await stores.addToken(scoped)
    await stores.addToken(domainWide)
    assert.deepEqual(await stores.findToken(scoped.sha256), scoped)
    assert.deepEqual(await stores.findToken(domainWide.sha256), domainWide)
    assert.equal(await stores.findToken('3'.repeat(64)), undefined)
  },
  async 'a revoked token is gone'(stores) {
    await establishTwo(stores)
    await stores.addToken(token('1', ADMIN))
    await stores.addToken(token('2', ADMIN))
    assert.equal(await stores.revokeToken('1'.repeat(64)), true)
    assert.equal(await stores.revokeToken('1'.repeat(64)), false)
    assert.equal(await stores.findToken('1'.repeat(64)), undefined)
    assert.notEqual(await stores.findToken('2'.repeat(64)), undefined)
  },
  async 'a token made for a password or for roles that changed meanwhile is never found'(stores) {
    await establishTwo(stores)
    await stores.setPassword(BOB.id, 'new hash')
    await stores.addToken(token('1', BOB, { passwordVersion: 1 }))
    await stores.addToken(token('2', BOB, { passwordVersion: 2, roles: roles('admin') }))
    await stores.addToken(token('3', BOB, { passwordVersion: 2 }))
    assert.equal(await stores.findToken('1'.repeat(64)), undefined)
    assert.equal(await stores.findToken('2'.repeat(64)), undefined)
    assert.notEqual(await stores.findToken('3'.repeat(64)), undefined)
  },
  async 'a token ends with the one that it was re-scoped from, over any number of steps, and ends none before it'(
    stores,
  ) {
    await establishTwo(stores)
    const child = token('2', ADMIN, { parentSha256: '1'.repeat(64), methods: ['password', 'token'] })
    const grandchild = token('3', ADMIN, { parentSha256: child.sha256 })
    for (const one of [token('1', ADMIN), child, grandchild]) await stores.addToken(one)
    assert.deepEqual(await stores.findToken(child.sha256), child)
    assert.deepEqual(await stores.findToken(grandchild.sha256), grandchild)
    await stores.revokeToken('1'.repeat(64))
    assert.equal(await stores.findToken(child.sha256), undefined)
    assert.equal(await stores.findToken(grandchild.sha256), undefined)
    for (const one of [token('1', ADMIN), token('4', ADMIN, { parentSha256: '1'.repeat(64) })])
      await stores.addToken(one)
    assert.equal(await stores.findToken(child.sha256), undefined)
    await stores.revokeToken('4'.repeat(64))
    assert.notEqual(await stores.findToken('1'.repeat(64)), undefined)
  },
  async 'a token whose parent is gone is not stored'(stores) {
    await establishTwo(stores)
    await stores.addToken(token('2', ADMIN, { parentSha256: '1'.repeat(64) }))
    await stores.addToken(token('1', ADMIN))
    assert.equal(await stores.findToken('2'.repeat(64)), undefined)
  },
  async 'other roles in the project of a token end those that were re-scoped from it'(stores) {
    await establishTwo(stores)
    await stores.addToken(token('1', BOB))
    const scope = { domainId: DOMAIN.id }
    await stores.addToken(token('2', BOB, { parentSha256: '1'.repeat(64), scope, roles: roles() }))
    await stores.setRoles(BOB.id, ALPHA.id, roles('runner'))
    assert.equal(await stores.findToken('2'.repeat(64)), undefined)
  },
  async 'purging removes those that expired before, and no others'(stores) {
    await establishTwo(stores)
    await stores.addToken(token('1', ADMIN, { expiresAtMs: 1_999 }))
    await stores.addToken(token('2', ADMIN, { expiresAtMs: 2_000 }))
    await stores.purgeTokens(2_000)
    assert.equal(await stores.findToken('1'.repeat(64)), undefined)
    assert.notEqual(await stores.findToken('2'.repeat(64)), undefined)
  },
}

const KEYS: Record<string, Test> = {
  async 'keys are listed by project and user, oldest first'(stores) {
    await establishTwo(stores)
    const later = key('AK0', ADMIN, ALPHA, 9)
    const bobs = key('AK2', BOB, ALPHA, 5)
    const elsewhere = key('AK3', ADMIN, BETA, 2)
    for (const one of [later, bobs, elsewhere]) await stores.addKey(one)
    assert.deepEqual(await stores.listKeys(ALPHA.id), [KEY, bobs, later])
    assert.deepEqual(await stores.listKeys(ALPHA.id, BOB.id), [bobs])
    assert.deepEqual(await stores.listKeys(BETA.id), [elsewhere])
    assert.deepEqual(await stores.listKeys('c'.repeat(32)), [])
  },
  async 'an access key that exists is rejected, and the existing one keeps its secret'(stores) {
    await establishTwo(stores)
    await assert.rejects(stores.addKey({ ...key('AK1', BOB, ALPHA, 2), sealedSecretKey: 'other' }), isTaken)
    assert.deepEqual(await stores.findKey('AK1'), KEY)
  },
  async 'all keys are sealed again, or none'(stores) {
    await establishTwo(stores)
    const bobs = key('AK2', BOB, ALPHA, 5)
    await stores.addKey(bobs)
    const failure = new TailraceError('invalid-parameter', 'not AK2')
    const half = (one: AccessKey) => {
      if (one.accessKey === 'AK2') throw failure
      return 'sealed by half'
    }
    await assert.rejects(stores.resealKeys(half), error => error === failure)
    assert.deepEqual(await stores.listKeys(ALPHA.id), [KEY, bobs])
    assert.equal(await stores.resealKeys(one => `${one.sealedSecretKey} again`), 2)
    assert.deepEqual(await stores.listKeys(ALPHA.id), [
      { ...KEY, sealedSecretKey: 'sealed AK1 again' },
      { ...bobs, sealedSecretKey: 'sealed AK2 again' },
    ])
  },
  async 'a key is removed only by its own project and user'(stores) {
    await establishTwo(stores)
    assert.equal(await stores.removeKey(BETA.id, 'AK1'), false)
    assert.equal(await stores.removeKey(ALPHA.id, 'AK1', BOB.id), false)
    assert.deepEqual(await stores.anyKey(), KEY)
    assert.equal(await stores.removeKey(ALPHA.id, 'AK1', ADMIN.id), true)
    assert.equal(await stores.removeKey(ALPHA.id, 'AK1'), false)
    assert.equal(await stores.findKey('AK1'), undefined)
    assert.equal(await stores.anyKey(), undefined)
  },
}

/** The suite that every implementation of the credential stores passes. */
export function describeCredentials(name: string, { open }: CredentialsKit): void {
  describe(`credentials: ${name}`, () => {
    const parts = {
      TenantStore: TENANTS,
      UserStore: USERS,
      MemberStore: MEMBERS,
      TokenStore: TOKENS,
      KeyStore: KEYS,
    }
    for (const [port, tests] of Object.entries(parts)) {
      describe(port, () => {
        for (const [title, run] of Object.entries(tests)) {
          it(title, async () => {
            await using opened = await open()
            await run(opened.stores)
          })
        }
      })
    }
  })
}
