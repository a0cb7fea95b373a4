import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openTestIam, type TestIam } from '../../test/props/open-test-iam.ts'
import { BOOTSTRAP } from '../../test/props/server-process.ts'
import { isTailraceError } from '../contract/errors.ts'
import { createIam } from './iam.ts'
import type { Login } from './tokens.ts'

const ADDRESS = '192.0.2.1'
const LOGIN: Login = {
  user: { name: BOOTSTRAP.user, domain: { name: BOOTSTRAP.domain } },
  password: BOOTSTRAP.password,
}

let test: TestIam
beforeEach(async () => {
  test = await openTestIam()
})

const create = (change: Partial<Login> = {}, address = ADDRESS) =>
  test.iam.tokens.createToken({ ...LOGIN, ...change }, address)
const rejectedWith = (pattern: RegExp) => (error: unknown) =>
  isTailraceError(error, 'not-authenticated') && pattern.test(error.message)

describe('a login', () => {
  it('may name project, user and domain by id or by name', async () => {
    const { domain, id } = (await create()).known.user
    const projectId = test.first.projectId
    for (const user of [{ id }, { name: BOOTSTRAP.user, domain: { id: domain.id } }, LOGIN.user])
      for (const project of [
        { id: projectId },
        { name: BOOTSTRAP.project },
        { name: BOOTSTRAP.project, domain: { id: domain.id } },
        { name: BOOTSTRAP.project, domain: { name: domain.name } },
      ])
        assert.equal((await create({ user, scope: { project } })).known.project?.id, projectId)
    for (const scope of [{ domain: { id: domain.id } }, { domain: { name: domain.name } }])
      assert.equal((await create({ scope })).known.project, undefined)
  })

  it('makes a token of 256 random bits that no store holds', async () => {
    const { text, known } = await create()
    const other = await create()
    assert.match(text, /^trt_[A-Za-z0-9_-]{43}$/)
    assert.notEqual(other.text, text)
    assert.ok(!JSON.stringify(known).includes(text))
    assert.equal(known.token.expiresAtMs - known.token.issuedAtMs, 24 * 3600_000)
  })

  it('is rejected with the same words for a wrong password, user or domain', async () => {
    const wrong = rejectedWith(/^The username or password is wrong\.$/)
    await assert.rejects(create({ password: 'wrong' }), wrong)
    await assert.rejects(create({ password: '' }), wrong)
    await assert.rejects(create({ user: { name: 'nobody', domain: { name: BOOTSTRAP.domain } } }), wrong)
    await assert.rejects(create({ user: { name: BOOTSTRAP.user, domain: { name: 'nowhere' } } }), wrong)
    await assert.rejects(create({ user: { id: 'f'.repeat(32) } }), wrong)
  })

  it('hashes once whether the user exists or not', async () => {
    const hashed: (string | undefined)[] = []
    const passwords = {
      hash: async (password: string) => password,
      verify: async (_password: string, stored: string | undefined) => hashed.push(stored) < 0,
    }
    const iam = await createIam({ ...test, now: () => 0, passwords })
    await assert.rejects(iam.tokens.createToken(LOGIN, ADDRESS))
    await assert.rejects(iam.tokens.createToken({ ...LOGIN, user: { id: 'f'.repeat(32) } }, ADDRESS))
    assert.equal(hashed.length, 2)
    assert.equal(typeof hashed[0], 'string')
    assert.equal(hashed[1], undefined)
  })

  it('is rejected for a project where the user has no role, as for one that is not there', async () => {
    const admin = await test.iam.authenticate(
      {
        method: 'GET',
        url: '/',
        headers: {},
        rawHeaders: [
          'X-Auth-Token',
          (await create({ scope: { project: { name: BOOTSTRAP.project } } })).text,
        ],
        clientAddress: ADDRESS,
      },
      async () => '',
    )
    await test.iam.users.createUser(admin, {
      name: 'bob',
      password: 'good-password',
      roles: new Set(['reader']),
    })
    const { id } = await test.iam.projects.createProject(admin, 'other')
    const bob = { user: { name: 'bob', domain: { name: BOOTSTRAP.domain } }, password: 'good-password' }
    const noAccess = rejectedWith(/^The user has no access to this project\.$/)
    for (const project of [{ id }, { name: 'other' }, { name: 'nowhere' }, { id: 'f'.repeat(32) }])
      await assert.rejects(create({ ...bob, scope: { project } }), noAccess)
    await assert.rejects(
      create({ scope: { domain: { name: 'nowhere' } } }),
      rejectedWith(/no access to this domain/),
    )
    await create({ ...bob, scope: { project: { name: BOOTSTRAP.project } } })
  })

  it('is limited by user and address, and says when to come back', async () => {
    const tries = Array.from({ length: 60 }, () => create())
    await Promise.all(tries)
    await assert.rejects(
      create(),
      error => isTailraceError(error, 'rate-limited') && error.detail.retryAfterSeconds === 2,
    )
    await create({}, '192.0.2.2')
    await assert.rejects(create({ user: { id: 'f'.repeat(32) } }), rejectedWith(/wrong/))
    test.clock.ms += 2000
    await create()
    await assert.rejects(create(), error => isTailraceError(error, 'rate-limited'))
  })

  it('is limited by address whatever users it names', async () => {
    const guess = (n: number) => create({ user: { name: `user-${n}`, domain: { name: BOOTSTRAP.domain } } })
    for (let n = 0; n < 300; n++) await assert.rejects(guess(n), rejectedWith(/wrong/))
    await assert.rejects(guess(300), error => isTailraceError(error, 'rate-limited'))
    await create({}, '192.0.2.2')
  })

  it('counts wrong passwords too, before they are hashed', async () => {
    for (let n = 0; n < 60; n++) await assert.rejects(create({ password: 'wrong' }), rejectedWith(/wrong/))
    await assert.rejects(create({ password: 'wrong' }), error => isTailraceError(error, 'rate-limited'))
  })
})

describe('a token in question', () => {
  it('is described to its user and to admins of its project only', async () => {
    const scope = { project: { name: BOOTSTRAP.project } }
    const own = (await create({ scope })).text
    const { user } = (await create()).known
    const admin = {
      projectId: test.first.projectId,
      userId: user.id,
      userName: user.name,
      roles: new Set(['admin'] as const),
    }
    for (const name of ['bob', 'eve'])
      await test.iam.users.createUser(admin, { name, password: 'good-password', roles: new Set(['runner']) })
    const as = (name: string) => ({
      user: { name, domain: { name: BOOTSTRAP.domain } },
      password: 'good-password',
    })
    const bobs = (await create({ ...as('bob'), scope })).text
    const bobsDomainWide = (await create(as('bob'))).text
    const eves = (await create({ ...as('eve'), scope })).text
    const notFound = (error: unknown) => isTailraceError(error, 'not-found')
    assert.equal((await test.iam.tokens.describeToken(own, bobs, ADDRESS)).user.name, 'bob')
    assert.equal((await test.iam.tokens.describeToken(bobsDomainWide, bobs, ADDRESS)).user.name, 'bob')
    await assert.rejects(test.iam.tokens.describeToken(eves, bobs, ADDRESS), notFound)
    await assert.rejects(test.iam.tokens.revokeToken(eves, bobs, ADDRESS), notFound)
    await assert.rejects(test.iam.tokens.describeToken(own, bobsDomainWide, ADDRESS), notFound)
    await assert.rejects(test.iam.tokens.describeToken(own, 'nothing', ADDRESS), notFound)
    await assert.rejects(
      test.iam.tokens.describeToken('nothing', own, ADDRESS),
      rejectedWith(/^The token must be updated\.$/),
    )
    await assert.rejects(
      test.iam.tokens.describeToken(undefined, own, ADDRESS),
      rejectedWith(/x-auth-token not found/),
    )
    await test.iam.tokens.revokeToken(own, bobs, ADDRESS)
    await assert.rejects(test.iam.tokens.describeToken(own, bobs, ADDRESS), notFound)
  })

  it('is not called gone when the store fails', async () => {
    const own = (await create()).text
    test.stores.findToken = async () => {
      throw new Error('disk')
    }
    await assert.rejects(test.iam.tokens.describeToken(own, 'other', ADDRESS), /disk/)
  })
})

describe('expired tokens', () => {
  it('are removed a day after', async () => {
    const { known } = await create()
    test.clock.ms += 48 * 3600_000
    await test.iam.purge()
    assert.notEqual(await test.stores.findToken(known.token.sha256), undefined)
    test.clock.ms += 1
    await test.iam.purge()
    assert.equal(await test.stores.findToken(known.token.sha256), undefined)
  })
})

describe('a store that was made under another secret', () => {
  it('is not opened', async () => {
    await assert.rejects(
      createIam({ stores: test.stores, secret: Buffer.alloc(32, 8), now: () => 0 }),
      error =>
        isTailraceError(error, 'invalid-parameter') && /another TAILRACE_SECRET_KEY/.test(error.message),
    )
    await createIam({ stores: test.stores, secret: test.secret, now: () => 0 })
  })
})
