import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CHEAP_PASSWORDS, openTestIam } from '../../test/props/open-test-iam.ts'
import { BOOTSTRAP } from '../../test/props/server-process.ts'
import { isTailraceError } from '../contract/errors.ts'
import { MemoryCredentials } from '../store/memory/memory-credentials.ts'
import { type BootstrapWishes, bootstrap } from './bootstrap.ts'
import { createSecretBox } from './secrets/secret-box.ts'

const box = createSecretBox(Buffer.alloc(32, 7))

function start(wishes: BootstrapWishes, stores = new MemoryCredentials()) {
  return bootstrap({ stores, passwords: CHEAP_PASSWORDS, box, now: () => 5 }, wishes)
}

describe('the first start', () => {
  it('generates what was not given, and says so', async () => {
    const stores = new MemoryCredentials()
    const first = (await start({}, stores))!
    assert.deepEqual(
      [first.domain, first.project, first.user, first.madeSecrets],
      ['tailrace', 'default', 'admin', true],
    )
    assert.match(first.projectId, /^[0-9a-f]{32}$/)
    assert.match(first.password, /^[A-Za-z0-9_-]{24}$/)
    assert.match(first.accessKey, /^[A-Z0-9]{20}$/)
    assert.match(first.secretKey, /^[A-Za-z0-9]{40}$/)
    const other = (await start({}))!
    for (const secret of ['password', 'accessKey', 'secretKey', 'projectId'] as const)
      assert.notEqual(other[secret], first[secret])
    const domain = (await stores.findDomain({ name: 'tailrace' }))!
    const user = (await stores.findUser({ domainId: domain.id, name: 'admin' }))!
    assert.ok(await CHEAP_PASSWORDS.verify(first.password, user.passwordHash))
    assert.deepEqual([...(await stores.rolesOf(user.id, first.projectId))].sort(), [
      'admin',
      'reader',
      'runner',
    ])
    const key = (await stores.findKey(first.accessKey))!
    assert.equal(box.open(key.sealedSecretKey, first.accessKey), first.secretKey)
    assert.deepEqual([key.userId, key.projectId, key.createdAtMs], [user.id, first.projectId, 5])
  })

  it('uses what was given', async () => {
    const first = (await start(BOOTSTRAP))!
    const { domain, project, user, password, accessKey: ak, secretKey: sk, madeSecrets } = first
    assert.deepEqual({ domain, project, user, password, ak, sk }, BOOTSTRAP)
    assert.equal(madeSecrets, false)
  })

  it('stores no password and no secret key in the clear', async () => {
    const { stores, first } = await openTestIam()
    const key = await stores.findKey(first.accessKey)
    const domain = await stores.findDomain({ name: first.domain })
    const user = await stores.findUser({ domainId: domain!.id, name: first.user })
    const stored = JSON.stringify([key, user])
    assert.ok(!stored.includes(first.secretKey) && !stored.includes(first.password))
  })

  for (const [wishes, names] of [
    [{ password: 'short' }, /^TAILRACE_BOOTSTRAP_PASSWORD must be 8 to 256/],
    [{ password: 'line\nbreak' }, /^TAILRACE_BOOTSTRAP_PASSWORD/],
    [{ user: '' }, /^TAILRACE_BOOTSTRAP_USER/],
    [{ user: ' padded' }, /^TAILRACE_BOOTSTRAP_USER/],
    [{ project: 'x'.repeat(129) }, /^TAILRACE_BOOTSTRAP_PROJECT/],
    [{ domain: 'a\u0000b' }, /^TAILRACE_BOOTSTRAP_DOMAIN/],
    [{ ak: 'LONGENOUGH' }, /AK and TAILRACE_BOOTSTRAP_SK must be set together/],
    [{ ak: 'a,b=c d e', sk: 's'.repeat(40) }, /^TAILRACE_BOOTSTRAP_AK/],
    [{ ak: 'LONGENOUGH', sk: 'short' }, /^TAILRACE_BOOTSTRAP_SK/],
  ] as const) {
    it(`rejects ${JSON.stringify(wishes).slice(0, 50)} by the variable's name, without the secret, and makes nothing`, async () => {
      const stores = new MemoryCredentials()
      await assert.rejects(start(wishes, stores), error => {
        assert.ok(isTailraceError(error, 'invalid-parameter'))
        assert.match(error.message, names)
        assert.ok(!('password' in wishes) || !error.message.includes(wishes.password))
        return !error.message.includes('\n')
      })
      assert.equal(await stores.isEmpty(), true)
    })
  }

  it('happens once: a store that is not empty stays as it is, whatever is wished', async () => {
    const stores = new MemoryCredentials()
    await start(BOOTSTRAP, stores)
    assert.equal(
      await start({ ...BOOTSTRAP, domain: 'other', ak: 'OTHERKEY01', password: 'x' }, stores),
      undefined,
    )
    assert.equal(await stores.findDomain({ name: 'other' }), undefined)
    assert.equal(await stores.findKey('OTHERKEY01'), undefined)
  })
})
