import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openTestIam, type TestIam } from '../../test/props/open-test-iam.ts'
import { BOOTSTRAP } from '../../test/props/server-process.ts'
import { isTailraceError } from '../contract/errors.ts'
import { EMPTY_SHA256, sha256Hex, UNSIGNED_PAYLOAD } from '../contract/signing/sdk-hmac-sha256.ts'
import { type KeyPair, signHeaders } from '../contract/signing/sign-headers.ts'
import type { ReceivedRequest } from './received-request.ts'
import type { Login } from './tokens.ts'

const URL_OF_PAGE = new URL('http://127.0.0.1:8080/v1/log/task/step?size=1000&job_id=a')
const KEY: KeyPair = { accessKey: BOOTSTRAP.ak, secretKey: BOOTSTRAP.sk }
const RECORD = '2cc26382-b2cb-4234-8eb0-b37d362f4d4c'
const MINUTE = 60_000

let test: TestIam
beforeEach(async () => {
  test = await openTestIam()
})

type Lines = Readonly<Record<string, string | readonly string[]>>

function received(headers: Lines, more: Partial<ReceivedRequest> = {}): ReceivedRequest {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap(value => [name, value]),
  )
  return {
    method: 'GET',
    url: URL_OF_PAGE.pathname + URL_OF_PAGE.search,
    headers: {},
    rawHeaders: ['Host', URL_OF_PAGE.host, ...lines],
    clientAddress: '192.0.2.1',
    ...more,
  }
}

const noBody = async () => EMPTY_SHA256
const authenticate = (headers: Lines, more: Partial<ReceivedRequest> = {}, body = noBody) =>
  test.iam.authenticate(received(headers, more), body)

async function signed(
  headers: Record<string, string> = {},
  key = KEY,
  payloadSha256 = EMPTY_SHA256,
  atMs = test.clock.ms,
) {
  return signHeaders({ method: 'GET', url: URL_OF_PAGE, headers, payloadSha256 }, key, new Date(atMs))
}

async function tokenFor(scope?: NonNullable<Login['scope']>): Promise<string> {
  const user = { name: BOOTSTRAP.user, domain: { name: BOOTSTRAP.domain } }
  const login = { user, password: BOOTSTRAP.password, ...(scope && { scope }) }
  return (await test.iam.tokens.createToken(login, '192.0.2.1')).text
}
const PROJECT = { project: { name: BOOTSTRAP.project } }

const is401 = (pattern: RegExp) => (error: unknown) =>
  isTailraceError(error, 'not-authenticated') &&
  error.message.startsWith('Incorrect IAM authentication information: ') &&
  pattern.test(error.message)
const is403 = (error: unknown) =>
  isTailraceError(error, 'not-allowed') &&
  error.message === 'The IAM user is not authorized to access the API.'

describe('a token', () => {
  it('has its user, project and roles, as X-Auth-Token and as Bearer', async () => {
    const token = await tokenFor(PROJECT)
    for (const headers of [
      { 'X-Auth-Token': token },
      { Authorization: `Bearer ${token}` },
      { authorization: `bearer ${token}`, 'x-auth-token': token },
      { 'X-Auth-Token': token, Authorization: 'Basic cHJveHk6cHJveHk=' },
      { 'X-Auth-Token': token, 'X-Project-Id': test.first.projectId },
    ]) {
      const who = await authenticate(headers)
      assert.equal(who.projectId, test.first.projectId)
      assert.equal(who.userName, BOOTSTRAP.user)
      assert.deepEqual([...who.roles].sort(), ['admin', 'reader', 'runner'])
      assert.equal(who.onlyRecord, undefined)
    }
  })

  it('is 401 when none came, it is unknown, or two differ', async () => {
    await assert.rejects(authenticate({}), is401(/x-auth-token not found$/))
    await assert.rejects(authenticate({ 'X-Auth-Token': '' }), is401(/x-auth-token not found$/))
    await assert.rejects(authenticate({ Authorization: 'Basic eDp4' }), is401(/x-auth-token not found$/))
    await assert.rejects(authenticate({ 'X-Auth-Token': 'x'.repeat(100_000) }), is401(/decrypt token fail$/))
    const token = await tokenFor(PROJECT)
    await assert.rejects(authenticate({ 'X-Auth-Token': token, Authorization: 'Bearer other' }), is401(/two/))
    await assert.rejects(authenticate({ 'X-Auth-Token': [token, 'other'] }), is401(/two/))
  })

  it('lives 24 hours to the millisecond, and the error says when it expired', async () => {
    const token = await tokenFor(PROJECT)
    test.clock.ms += 24 * 60 * MINUTE - 1
    await authenticate({ 'X-Auth-Token': token })
    test.clock.ms += 1
    await assert.rejects(
      authenticate({ 'X-Auth-Token': token }),
      is401(/token expires, expires_at:2026-01-03T03:04:05\.678000Z$/),
    )
  })

  it('for a domain, for another X-Project-Id, or without a scope is 403', async () => {
    const token = await tokenFor(PROJECT)
    for (const other of ['f'.repeat(32), '', `${test.first.projectId}, x`])
      await assert.rejects(authenticate({ 'X-Auth-Token': token, 'X-Project-Id': other }), is403)
    await assert.rejects(authenticate({ 'X-Auth-Token': await tokenFor() }), is403)
    const domainWide = await tokenFor({ domain: { name: BOOTSTRAP.domain } })
    await assert.rejects(authenticate({ 'X-Auth-Token': domainWide }), is403)
  })

  it('is read from the store once, and needs it no more', async () => {
    const token = await tokenFor(PROJECT)
    await authenticate({ 'X-Auth-Token': token })
    test.stores.findToken = async () => assert.fail('the store was asked')
    await authenticate({ 'X-Auth-Token': token })
  })

  it('ended by another process is seen after half a minute', async () => {
    const token = await tokenFor(PROJECT)
    const { userId } = await authenticate({ 'X-Auth-Token': token })
    await test.stores.setPassword(userId, 'changed elsewhere')
    test.clock.ms += 30_000
    await assert.rejects(authenticate({ 'X-Auth-Token': token }), is401(/decrypt token fail/))
  })

  it('ends at once when it is revoked, and when password or roles change', async () => {
    const [kept, revoked] = [await tokenFor(PROJECT), await tokenFor(PROJECT)]
    const who = await authenticate({ 'X-Auth-Token': kept })
    await authenticate({ 'X-Auth-Token': revoked })
    await test.iam.tokens.revokeToken(kept, revoked, '192.0.2.1')
    await assert.rejects(authenticate({ 'X-Auth-Token': revoked }), is401(/decrypt token fail/))
    await authenticate({ 'X-Auth-Token': kept })
    await test.iam.users.changeUser(who, who.userName, { roles: new Set(['admin']) })
    await assert.rejects(authenticate({ 'X-Auth-Token': kept }), is401(/decrypt token fail/))
    const next = await tokenFor(PROJECT)
    await authenticate({ 'X-Auth-Token': next })
    await test.iam.users.changeUser(who, who.userName, { password: 'another-password' })
    await assert.rejects(authenticate({ 'X-Auth-Token': next }), is401(/decrypt token fail/))
  })

  it('that is being looked up while it ends is not remembered', async () => {
    const token = await tokenFor(PROJECT)
    const own = await tokenFor(PROJECT)
    test.clock.ms += 31_000
    const findUser = test.stores.findUser.bind(test.stores)
    let revoke = async () => test.iam.tokens.revokeToken(own, token, '192.0.2.1')
    test.stores.findUser = async by => {
      const user = await findUser(by)
      const once = revoke
      revoke = async () => {}
      await once()
      return user
    }
    await authenticate({ 'X-Auth-Token': token })
    await assert.rejects(authenticate({ 'X-Auth-Token': token }), is401(/decrypt token fail/))
  })
})

describe('an upload token', () => {
  it('is for its build alone, as X-Auth-Token and as Bearer', async () => {
    const token = test.iam.uploadTokens.issue(test.first.projectId, RECORD)
    for (const headers of [{ 'X-Auth-Token': token }, { Authorization: `Bearer ${token}` }]) {
      const who = await authenticate(headers)
      assert.equal(who.projectId, test.first.projectId)
      assert.equal(who.onlyRecord, RECORD)
      assert.equal(who.roles.size, 0)
    }
    await assert.rejects(authenticate({ 'X-Auth-Token': token, 'X-Project-Id': 'f'.repeat(32) }), is403)
    await assert.rejects(authenticate({ 'X-Auth-Token': `${token}x` }), is401(/decrypt token fail/))
  })
})

describe('a signature', () => {
  it('has the user, project and roles of its key', async () => {
    for (const headers of [
      {},
      { 'X-Project-Id': test.first.projectId },
      { 'X-Project-Id': test.first.projectId, 'X-Domain-Id': 'd' },
    ]) {
      const who = await authenticate(await signed(headers))
      assert.equal(who.projectId, test.first.projectId)
      assert.equal(who.userName, BOOTSTRAP.user)
      assert.ok(who.roles.has('admin'))
    }
  })

  it('is accepted with the host signed without its port, and with headers that came twice', async () => {
    const bare = new URL(URL_OF_PAGE)
    bare.port = ''
    const headers = await signHeaders(
      { method: 'GET', url: bare, headers: {}, payloadSha256: EMPTY_SHA256 },
      KEY,
      new Date(test.clock.ms),
    )
    await authenticate({ ...headers, 'X-Tag': ['a', 'b'] })
  })

  it('is 401 for a wrong secret, with what was compared but no secret header', async () => {
    const headers = await signed({}, { ...KEY, secretKey: 'wrong' })
    const token = await tokenFor(PROJECT)
    const listed = headers.Authorization!.replace('host;', 'host;x-auth-token;')
    await assert.rejects(
      authenticate({ ...headers, Authorization: listed, 'X-Auth-Token': token }),
      error =>
        is401(
          /verify aksk signature fail, canonicalRequest:GET\|\/v1\/log\/task\/step\/\|job_id=a&size=1000\|host:127\.0\.0\.1:8080\|x-auth-token:\*\*\*\|/,
        )(error) && !(error as Error).message.includes(token),
    )
  })

  it('is 401 for an unknown key, other algorithms and malformed headers', async () => {
    const headers = await signed()
    const with_ = (authorization: string) => authenticate({ ...headers, Authorization: authorization })
    await assert.rejects(
      with_(headers.Authorization!.replace(KEY.accessKey, 'NOSUCH')),
      is401(/ak NOSUCH not exist$/),
    )
    for (const algorithm of ['SDK-HMAC-SM3', 'V11-HMAC-SM3', 'SDK-ECDSA-P256-SHA256'])
      await assert.rejects(
        with_(`${algorithm} Access=a`),
        is401(/only SDK-HMAC-SHA256 and V11-HMAC-SHA256 are/),
      )
    await assert.rejects(with_('SDK-HMAC-SHA256 Access=a'), is401(/malformed/))
    await assert.rejects(
      authenticate({ ...headers, Authorization: [headers.Authorization!, 'Basic eDp4'] }),
      is401(/more than one/),
    )
    await assert.rejects(
      authenticate({ ...headers, 'X-Security-Token': 'temporary' }),
      is401(/x-security-token does not belong to the ak/),
    )
  })

  it('is accepted within 15 minutes of the server, either way', async () => {
    const at = async (ms: number) =>
      authenticate(await signed({}, KEY, EMPTY_SHA256, Math.floor(test.clock.ms / 1000) * 1000 + ms))
    test.clock.ms = Math.floor(test.clock.ms / 1000) * 1000
    for (const ms of [-15 * MINUTE, 15 * MINUTE]) await at(ms)
    for (const ms of [-15 * MINUTE - 1000, 15 * MINUTE + 1000])
      await assert.rejects(at(ms), is401(/more than 15 minutes/))
  })

  it('is 401 without a date, with two, or with one that is not signed', async () => {
    const { 'X-Sdk-Date': date, ...rest } = await signed()
    await assert.rejects(authenticate(rest), is401(/x-sdk-date must come once/))
    await assert.rejects(
      authenticate({ ...rest, 'X-Sdk-Date': [date!, date!] }),
      is401(/x-sdk-date must come once/),
    )
    const unlisted = rest.Authorization!.replace(';x-sdk-date', '')
    await assert.rejects(authenticate({ 'X-Sdk-Date': date!, Authorization: unlisted }), is401(/verify aksk/))
  })

  it('is 403 for another project, and for a domain alone', async () => {
    await assert.rejects(authenticate(await signed({ 'X-Project-Id': 'f'.repeat(32) })), is403)
    await assert.rejects(authenticate({ ...(await signed()), 'X-Domain-Id': 'd' }), is403)
    await assert.rejects(authenticate({ ...(await signed()), 'X-Project-Id': 'f'.repeat(32) }), is403)
  })

  it('covers the body, which is asked for only when the key is known', async () => {
    const body = async () => sha256Hex('body')
    const headers = await signed({}, KEY, await body())
    await authenticate(headers, {}, body)
    await assert.rejects(
      authenticate(headers, {}, async () => sha256Hex('other')),
      is401(/verify aksk/),
    )
    const unasked = async () => assert.fail('the body was read')
    const unknown = headers.Authorization!.replace(KEY.accessKey, 'NOSUCH')
    await assert.rejects(
      authenticate({ ...headers, Authorization: unknown }, {}, unasked),
      is401(/not exist/),
    )
  })

  it('checks a stated hash against the body, unless it is unsigned', async () => {
    const body = async () => sha256Hex('body')
    const stated = { 'X-Sdk-Content-Sha256': await body() }
    await authenticate(await signed(stated, KEY, await body()), {}, body)
    await assert.rejects(
      authenticate(await signed(stated, KEY, await body()), {}, async () => sha256Hex('other')),
      is401(/x-sdk-content-sha256 is not the hash of the body/),
    )
    const unasked = async () => assert.fail('the body was read')
    await authenticate(await signed({}, KEY, UNSIGNED_PAYLOAD), {}, unasked)
    const wrong = await signed(stated, { ...KEY, secretKey: 'wrong' }, await body())
    await assert.rejects(authenticate(wrong, {}, unasked), is401(/verify aksk/))
  })

  it('decides if a valid token for the same project comes with it', async () => {
    const token = await tokenFor(PROJECT)
    const who = await authenticate({ ...(await signed()), 'X-Auth-Token': token })
    assert.equal(who.userName, BOOTSTRAP.user)
    await assert.rejects(
      authenticate({ ...(await signed()), 'X-Auth-Token': 'bad' }),
      is401(/decrypt token fail/),
    )
    const forged = await signed({}, { ...KEY, secretKey: 'wrong' })
    await assert.rejects(authenticate({ ...forged, 'X-Auth-Token': token }), is401(/verify aksk/))
    const admin = await authenticate({ 'X-Auth-Token': token })
    await test.iam.projects.createProject(admin, 'other')
    const elsewhere = await tokenFor({ project: { name: 'other' } })
    await assert.rejects(authenticate({ ...(await signed()), 'X-Auth-Token': elsewhere }), is403)
    const grant = test.iam.uploadTokens.issue(test.first.projectId, RECORD)
    assert.equal((await authenticate({ ...(await signed()), 'X-Auth-Token': grant })).onlyRecord, undefined)
  })

  it('of a deleted key, and of a removed user, is 401 at once', async () => {
    const who = await authenticate(await signed())
    const key = await test.iam.keys.createKey(who)
    const headers = await signed({}, key)
    await authenticate(headers)
    await test.iam.keys.deleteKey(who, key.accessKey)
    await assert.rejects(authenticate(headers), is401(/not exist/))
    await test.iam.users.createUser(who, {
      name: 'bob',
      password: 'good-password',
      roles: new Set(['runner']),
    })
    const bobs = await signed({}, await test.iam.keys.createKey(who, 'bob'))
    assert.equal((await authenticate(bobs)).userName, 'bob')
    await test.iam.users.changeUser(who, 'bob', { roles: new Set() })
    await assert.rejects(authenticate(bobs), is401(/not exist/))
  })

  it('whose stored secret cannot be opened is reported as such', async () => {
    const key = (await test.stores.findKey(KEY.accessKey))!
    test.stores.findKey = async () => ({ ...key, sealedSecretKey: 'v1.broken' })
    await assert.rejects(authenticate(await signed()), is401(/Get secretKey failed$/))
  })
})

describe('failed signatures', () => {
  const wrong = () => signed({}, { ...KEY, secretKey: 'wrong' })
  const fail = async (times: number, clientAddress = '192.0.2.1') => {
    for (let n = 0; n < times; n++)
      await assert.rejects(authenticate(await wrong(), { clientAddress }), is401(/verify aksk/))
  }
  const isLocked = is401(/AK access failed to reach the limit,forbidden$/)

  it('of more than five in a row lock the key for this address, for five minutes, unread', async () => {
    await fail(6)
    const unasked = async () => assert.fail('the body was read')
    await assert.rejects(authenticate(await signed(), {}, unasked), isLocked)
    await authenticate(await signed(), { clientAddress: '192.0.2.2' })
    test.clock.ms += 5 * MINUTE - 1
    await assert.rejects(authenticate(await signed()), isLocked)
    test.clock.ms += 1
    await authenticate(await signed())
  })

  it('lock nothing up to five, and a valid one resets the count', async () => {
    await fail(5)
    await authenticate(await signed())
    await fail(5)
    await authenticate(await signed())
  })

  it('count only within five minutes', async () => {
    await fail(5)
    test.clock.ms += 5 * MINUTE + 1
    await fail(5)
    await authenticate(await signed())
  })

  it('of one address never count for another', async () => {
    await fail(3, '192.0.2.1')
    await fail(3, '192.0.2.2')
    await authenticate(await signed(), { clientAddress: '192.0.2.1' })
    await authenticate(await signed(), { clientAddress: '192.0.2.2' })
  })

  it('begin a new count when a lock ends', async () => {
    await fail(6)
    test.clock.ms += 5 * MINUTE
    await fail(5)
    await authenticate(await signed())
  })
})
