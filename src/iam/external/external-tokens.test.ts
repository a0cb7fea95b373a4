import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import type { ExternalTokens } from '../callers.ts'
import { createRequestRate } from '../request-rate.ts'
import { tokenSha256 } from '../token-text.ts'
import { createExternalTokens } from './external-tokens.ts'
import type { KeystoneToken } from './keystone-token.ts'

const SECOND = 1000
const ADDRESS = '192.0.2.1'
const DOMAIN = { id: 'default', name: 'Default' }
const DOWN = new TailraceError('iam-unavailable', 'down', { retryAfterSeconds: 2 })

/** What the IAM would say, and how often it was asked. */
let answer: KeystoneToken | undefined | TailraceError
let asked: number
let nowMs: number
let tokens: ExternalTokens

const tokenFor = (lifeMs: number): KeystoneToken => ({
  methods: ['password'],
  issuedAtMs: nowMs,
  expiresAtMs: nowMs + lifeMs,
  user: { id: 'u', name: 'user', domain: DOMAIN },
  project: { id: 'a'.repeat(32), name: 'project', domain: DOMAIN },
  domain: undefined,
  roleNames: ['reader'],
})

beforeEach(() => {
  nowMs = Date.parse('2026-01-02T03:04:05Z')
  asked = 0
  answer = tokenFor(3600 * SECOND)
  const now = () => nowMs
  tokens = createExternalTokens({
    rules: { url: 'https://iam', projects: ['*'], roles: { reader: ['reader'], runner: [], admin: [] } },
    ask: async () => {
      asked++
      if (answer instanceof TailraceError) throw answer
      return answer
    },
    isOwnProject: async () => false,
    cacheMs: 60 * SECOND,
    rejectedRate: createRequestRate({ burst: 3, perMinute: 3, now }),
    now,
  })
})

const take = (text: string) => tokens.require(text, tokenSha256(text), ADDRESS)
const fails = (text: string, code: TailraceError['code'], pattern = /./) =>
  assert.rejects(take(text), error => isTailraceError(error, code) && pattern.test(error.message))

describe('the word of an external IAM', () => {
  it('is trusted for the time set, then checked again', async () => {
    assert.equal((await take('a')).principal?.userId, 'u')
    nowMs += 60 * SECOND - 1
    assert.equal(tokens.recall(tokenSha256('a'))?.principal?.userId, 'u')
    await take('a')
    assert.equal(asked, 1)
    nowMs += 1
    assert.equal(tokens.recall(tokenSha256('a')), undefined)
    await take('a')
    assert.equal(asked, 2)
    nowMs += 60 * SECOND
    answer = undefined
    await fails('a', 'not-authenticated', /decrypt token fail/)
  })

  it('is believed for no longer than the token lives', async () => {
    answer = tokenFor(30 * SECOND)
    await take('a')
    nowMs += 30 * SECOND - 1
    await take('a')
    nowMs += 1
    await fails('a', 'not-authenticated', /token expires, expires_at:2026-01-02T03:04:35/)
    assert.equal(asked, 1)
  })

  it('is believed for five seconds when it is a no', async () => {
    answer = undefined
    await fails('a', 'not-authenticated')
    answer = tokenFor(3600 * SECOND)
    nowMs += 5 * SECOND - 1
    await fails('a', 'not-authenticated')
    assert.equal(asked, 1)
    nowMs += 1
    await take('a')
  })

  it('is asked for once a second and token while it does not come, and then taken at once', async () => {
    await take('a')
    nowMs += 60 * SECOND
    answer = DOWN
    for (let n = 0; n < 5; n++) await fails('a', 'iam-unavailable')
    assert.equal(asked, 2)
    nowMs += SECOND
    answer = tokenFor(3600 * SECOND)
    await take('a')
  })

  it('is asked for by many requests at once only once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => take('a')))
    assert.equal(asked, 1)
  })
})

describe('an address that sends tokens which do not hold', () => {
  it('is stopped, for new tokens alone', async () => {
    await take('good')
    answer = undefined
    for (const text of ['a', 'b', 'c']) await fails(text, 'not-authenticated')
    await fails('d', 'rate-limited')
    assert.equal(asked, 4)
    answer = tokenFor(3600 * SECOND)
    await fails('also-good', 'rate-limited')
    nowMs += 60 * SECOND
    for (const text of ['e', 'f', 'g']) await take(text)
    answer = undefined
    for (const text of ['h', 'i', 'j']) await fails(text, 'not-authenticated')
    answer = tokenFor(3600 * SECOND)
    await take('good')
  })

  it('is not one that sends many which hold', async () => {
    for (let n = 0; n < 20; n++) await take(`good-${n}`)
  })
})
