import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatAuthorization, parseAuthorization } from './authorization-header.ts'
import { formatSdkDate, parseSdkDate } from './sdk-date.ts'

const SIGNATURE = '0123456789abcdef'.repeat(4)
const CLAIM = { accessKey: 'AK', signedHeaders: ['host', 'x-sdk-date'], signature: SIGNATURE }

describe('the Authorization header of a signature', () => {
  it('is read as it is written', () => {
    assert.deepEqual(parseAuthorization(formatAuthorization(CLAIM)), CLAIM)
  })

  it('may have no blanks after its commas and its fields in any order', () => {
    const text = `SDK-HMAC-SHA256 Signature=${SIGNATURE},Access=AK,SignedHeaders=host;x-sdk-date`
    assert.deepEqual(parseAuthorization(text), CLAIM)
  })

  it('of a derived key names what that was derived for', () => {
    const text = `V11-HMAC-SHA256 Credential=AK/20250626/cn-north-4/codeartsbuild, SignedHeaders=host;x-sdk-date, Signature=${SIGNATURE}`
    assert.deepEqual(parseAuthorization(text), {
      ...CLAIM,
      derivedFor: '20250626/cn-north-4/codeartsbuild',
    })
  })

  for (const [title, credential] of [
    ['a key alone', 'Credential=AK'],
    ['no service', 'Credential=AK/20250626/cn-north-4'],
    ['an empty region', 'Credential=AK/20250626//codeartsbuild'],
    ['a part more', 'Credential=AK/20250626/cn-north-4/codeartsbuild/x'],
    ['no day', 'Credential=AK/today/cn-north-4/codeartsbuild'],
    ['a plain key', 'Access=AK'],
  ] as const) {
    it(`of a derived key is not well-formed with ${title}`, () =>
      assert.equal(
        parseAuthorization(`V11-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=${SIGNATURE}`),
        undefined,
      ))
  }

  for (const [title, text] of [
    ['another algorithm', `SDK-HMAC-SM3 Access=AK, SignedHeaders=host, Signature=${SIGNATURE}`],
    ['no access key', `SDK-HMAC-SHA256 SignedHeaders=host, Signature=${SIGNATURE}`],
    ['an empty access key', `SDK-HMAC-SHA256 Access=, SignedHeaders=host, Signature=${SIGNATURE}`],
    ['no signed headers', `SDK-HMAC-SHA256 Access=AK, SignedHeaders=, Signature=${SIGNATURE}`],
    ['a short signature', 'SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=abc'],
    ['a field more', `${formatAuthorization(CLAIM)}, Extra=1`],
  ] as const) {
    it(`is not well-formed with ${title}`, () => assert.equal(parseAuthorization(text), undefined))
  }
})

describe('X-Sdk-Date', () => {
  it('is read as it is written, to the second', () => {
    const at = new Date('2024-02-29T23:59:59.999Z')
    assert.equal(formatSdkDate(at), '20240229T235959Z')
    assert.equal(parseSdkDate('20240229T235959Z'), Date.UTC(2024, 1, 29, 23, 59, 59))
  })

  for (const text of [
    '',
    '20240229T235959',
    '2024-02-29T23:59:59Z',
    '20230229T000000Z',
    '20240229T246000Z',
  ]) {
    it(`is rejected as ${text || 'nothing'}`, () => assert.equal(parseSdkDate(text), undefined))
  }
})
