import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTailraceError } from '../../contract/errors.ts'
import { createPasswordHasher } from './password-hasher.ts'

const CHEAP = { cost: { memoryKib: 64, passes: 1 } }

describe('passwords', () => {
  it('are verified by their hash, and no other password is', async () => {
    const passwords = createPasswordHasher(CHEAP)
    const stored = await passwords.hash('correct horse')
    assert.equal(await passwords.verify('correct horse', stored), true)
    assert.equal(await passwords.verify('correct horsf', stored), false)
    assert.equal(await passwords.verify('', stored), false)
  })

  it('have another salt each time, so that equal passwords do not show', async () => {
    const passwords = createPasswordHasher(CHEAP)
    assert.notEqual(await passwords.hash('same'), await passwords.hash('same'))
  })

  it('are hashed with 19 MiB and two passes by default', async () => {
    assert.match(await createPasswordHasher().hash('any'), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('stay valid when the cost changes, as the hash names its own', async () => {
    const stored = await createPasswordHasher(CHEAP).hash('old')
    const dearer = createPasswordHasher({ cost: { memoryKib: 128, passes: 2 } })
    assert.equal(await dearer.verify('old', stored), true)
  })

  it('of nobody are never right', async () => {
    assert.equal(await createPasswordHasher(CHEAP).verify('any', undefined), false)
  })

  it('that come in a flood wait up to a limit and are then rejected, and work again afterwards', async () => {
    const passwords = createPasswordHasher({ ...CHEAP, parallel: 1, maxWaiting: 2 })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.hash('flood')))
    const rejected = results.filter(result => result.status === 'rejected')
    assert.equal(rejected.length, 2)
    for (const { reason } of rejected) {
      assert.ok(isTailraceError(reason, 'rate-limited'))
      assert.ok((reason.detail.retryAfterSeconds ?? 0) > 0)
    }
    assert.match(await passwords.hash('later'), /^\$argon2id\$/)
  })
})
