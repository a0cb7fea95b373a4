import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openTestIam, type TestIam } from '../../test/props/open-test-iam.ts'
import { BOOTSTRAP } from '../../test/props/server-process.ts'
import { isTailraceError } from '../contract/errors.ts'

const HOUR_MS = 3_600_000

let test: TestIam
beforeEach(async () => {
  test = await openTestIam()
})

async function newToken(scope?: { project: { name: string } }): Promise<string> {
  const user = { name: BOOTSTRAP.user, domain: { name: BOOTSTRAP.domain } }
  const login = { user, password: BOOTSTRAP.password, ...(scope && { scope }) }
  return (await test.iam.tokens.createToken(login, '192.0.2.1')).text
}

const projectToken = () => newToken({ project: { name: BOOTSTRAP.project } })
const rejectedWith = (pattern: RegExp) => (error: unknown) =>
  isTailraceError(error, 'not-authenticated') && pattern.test(error.message)

describe('a temporary key', () => {
  it('opens what its token opens, until it expires', async () => {
    const { accessKey, secretKey, securityToken, expiresAtMs } = await test.iam.temporaryKeys.createKey(
      await projectToken(),
      HOUR_MS,
      '192.0.2.1',
    )
    assert.equal(expiresAtMs, test.clock.ms + HOUR_MS)
    assert.ok(!securityToken.includes(secretKey))
    const known = await test.iam.temporaryKeys.requireKey(accessKey, securityToken)
    assert.equal(known.secretKey, secretKey)
    assert.equal(known.principal.projectId, test.first.projectId)
    test.clock.ms += HOUR_MS
    await assert.rejects(
      test.iam.temporaryKeys.requireKey(accessKey, securityToken),
      rejectedWith(/security token expires, expires_at:2026-01-02T04:04:05\.678000Z$/),
    )
  })

  it('never outlives its token', async () => {
    const token = await projectToken()
    test.clock.ms += 23 * HOUR_MS
    const { expiresAtMs } = await test.iam.temporaryKeys.createKey(token, 24 * HOUR_MS, '192.0.2.1')
    assert.equal(expiresAtMs, test.clock.ms + HOUR_MS)
  })

  it('is nothing with the security token of another key, a changed one, or one sealed as a stored secret', async () => {
    const token = await projectToken()
    const [one, other] = [
      await test.iam.temporaryKeys.createKey(token, HOUR_MS, '192.0.2.1'),
      await test.iam.temporaryKeys.createKey(token, HOUR_MS, '192.0.2.1'),
    ]
    const stored = (await test.stores.anyKey())?.sealedSecretKey
    for (const text of [
      other.securityToken,
      `${one.securityToken.slice(0, -4)}AAAA`,
      `trs_${stored}`,
      'trs_',
      'x',
    ])
      await assert.rejects(
        test.iam.temporaryKeys.requireKey(one.accessKey, text),
        rejectedWith(/does not belong to the ak/),
      )
    await assert.rejects(
      test.iam.temporaryKeys.requireKey(BOOTSTRAP.ak, one.securityToken),
      rejectedWith(/does not belong to the ak/),
    )
  })

  it('is not made from a token for a domain', async () => {
    await assert.rejects(test.iam.temporaryKeys.createKey(await newToken(), HOUR_MS, '192.0.2.1'), error =>
      isTailraceError(error, 'not-allowed'),
    )
  })
})
