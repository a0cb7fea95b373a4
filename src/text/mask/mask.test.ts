import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Masker, mask } from './mask.ts'
import { URL_PASSWORD_MAX_BYTES } from './url-passwords.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const masked = (text: string, ...secrets: string[]) =>
  new TextDecoder().decode(mask(bytesOf(text), secrets.map(bytesOf)))

/** Few letters make overlaps likely; `*` is left out, as it may form a secret beside a mask. */
const letters = fc.stringMatching(/^[ab\n]{0,60}$/)
const secretSet = fc.array(fc.stringMatching(/^[ab\n]{1,9}$/), { maxLength: 5 })

/** Texts that are near to URLs with passwords, and far from them. */
const urlTexts = fc
  .array(fc.constantFrom('a', 'b', ':', '/', '@', '://', 'a://', 'b:a@', '\n', ' ', '['), { maxLength: 30 })
  .map(parts => parts.join(''))
const URL_PASSWORD = /[a-z]:\/\/[^:/[\s]*:([^/\s]+)@/dg

/**
 * Masks as the promise reads: marks each byte of each occurrence, then writes each marked run as
 * one mask.
 */
function maskedByDefinition(text: string, secrets: readonly string[]): string {
  const covered = [...text].map(() => false)
  for (const secret of secrets)
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      covered.fill(true, at, at + secret.length)
  for (const match of text.matchAll(URL_PASSWORD)) covered.fill(true, ...match.indices![1]!)
  return [...text]
    .map((letter, at) => (!covered[at] ? letter : at > 0 && covered[at - 1] ? '' : '***'))
    .join('')
}

function maskedInChunks(text: string, secrets: readonly string[], cuts: readonly number[]): string {
  const masker = new Masker(secrets.map(bytesOf))
  const bytes = bytesOf(text)
  const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  const parts = ends.map((end, index) => masker.push(bytes.slice(ends[index - 1] ?? 0, end)).slice())
  return Buffer.concat([...parts, masker.end()]).toString()
}

describe('masking', () => {
  it('replaces each occurrence of a secret', () =>
    assert.equal(masked('a hunter2 and hunter2.', 'hunter2'), 'a *** and ***.'))

  it('leaves nothing of secrets that overlap, touch or contain each other', () => {
    assert.equal(masked('<abcdef>', 'abcd', 'cdef'), '<***>')
    assert.equal(masked('<abcabc>', 'abc'), '<***>')
    assert.equal(masked('<abcdefgh>', 'abcdefgh', 'cde'), '<***>')
    assert.equal(masked('<abcdefg>', 'abcdefgh', 'cde'), '<ab***fg>')
  })

  it('masks the credentials of Authorization headers, whatever they are and wherever the stream is cut', () => {
    for (const [text, expected] of [
      ['> Authorization: Bearer ab.c-d=\r\n> Accept: */*', '> Authorization: Bearer ***\r\n> Accept: */*'],
      ["curl -H 'authorization: basic  dTpw' x", "curl -H 'authorization: basic  ***' x"],
      ['{"Authorization":"Bearer x y"}', '{"Authorization":"Bearer *** y"}'],
      ['"{\\"AUTHORIZATION\\": \\"BEARER x\\"}"', '"{\\"AUTHORIZATION\\": \\"BEARER ***\\"}"'],
      ['authorizauthorization: bearer x', 'authorizauthorization: bearer ***'],
    ] as const) {
      assert.equal(masked(text), expected)
      for (let cut = 0; cut <= text.length; cut++) assert.equal(maskedInChunks(text, [], [cut]), expected)
    }
    for (const plain of [
      'Authorization: Bearer\nnext',
      'authorization bears x',
      'Bearer x',
      'authorization: digest x',
    ])
      assert.equal(masked(plain), plain)
  })

  it('masks the passwords of URLs, whatever they are, and nothing else of them', () => {
    for (const [text, expected] of [
      ['git clone https://me:pw@host/x.git', 'git clone https://me:***@host/x.git'],
      ['redis://:p%40w@host', 'redis://:***@host'],
      ['"amqp+ssl://a.b:it\'s@me@host:5671"', '"amqp+ssl://a.b:***@host:5671"'],
      ['postgres://u:p[w@[::1]:5432/db', 'postgres://u:***@[::1]:5432/db'],
      ['x://u:one@h y://u:two@h', 'x://u:***@h y://u:***@h'],
    ] as const)
      assert.equal(masked(text), expected)
    for (const text of [
      'http://localhost:3000 and me@host',
      'http://localhost:3000/@scope/name',
      'http://[::1]:80/a@b',
      'https://me@host:8080/',
      'https://me:@host/',
      'user:pw@host //a:b@c ://a:b@c',
      `http://a:${'x'.repeat(URL_PASSWORD_MAX_BYTES + 1)}@host`,
    ])
      assert.equal(masked(text), text)
    assert.equal(masked(`a://b:${'x'.repeat(URL_PASSWORD_MAX_BYTES)}@c`), 'a://b:***@c')
  })

  it('holds back what may be the password of a URL, to the end of its host, and no more than a bound', () => {
    const masker = new Masker([])
    const push = (text: string) => Buffer.from(masker.push(bytesOf(text))).toString()
    assert.equal(push('https://me:s'), 'https://me:')
    assert.equal(push('ecret@ho'), '')
    assert.equal(push('st/ '), '***@host/ ')
    assert.equal(push('http://localhost:8'), 'http://localhost:')
    assert.equal(push('0\n'), '80\n')
    push(`https://me:${'x'.repeat(URL_PASSWORD_MAX_BYTES)}`)
    assert.equal(masker.heldBytes, URL_PASSWORD_MAX_BYTES)
    push('x')
    assert.equal(masker.heldBytes, 0)
  })

  it('is what its definition says, for any secrets and any text', () => {
    fc.assert(
      fc.property(fc.oneof(letters, urlTexts), secretSet, (text, secrets) => {
        assert.equal(masked(text, ...secrets), maskedByDefinition(text, secrets))
      }),
      { numRuns: 1000 },
    )
  })

  it('returns the same bytes wherever the stream is cut, and leaves no secret', () => {
    fc.assert(
      fc.property(
        fc.oneof(letters, urlTexts),
        secretSet,
        fc.array(fc.nat(), { maxLength: 8 }),
        (text, secrets, cuts) => {
          const result = maskedInChunks(text, secrets, cuts)
          assert.equal(result, masked(text, ...secrets))
          for (const secret of secrets) assert.ok(!result.includes(secret))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('forgets a stream when it ends', () => {
    for (const before of ['secret', 'a sec', 'Authorization: Bearer x', 'Authorization: ', 'https://me:pw']) {
      const masker = new Masker([bytesOf('secret')])
      masker.push(bytesOf(before))
      masker.end()
      const next = [masker.push(bytesOf('secret ret Basic @host')), masker.end()]
      assert.equal(Buffer.concat(next).toString(), '*** ret Basic @host', before)
    }
  })

  it('holds back only what may be the beginning of a secret', () => {
    const masker = new Masker([bytesOf('secret')])
    assert.equal(Buffer.from(masker.push(bytesOf('a sec'))).toString(), 'a ')
    assert.equal(masker.heldBytes, 3)
    assert.equal(Buffer.from(masker.push(bytesOf('ond, a se'))).toString(), 'second, a ')
    assert.equal(Buffer.from(masker.push(bytesOf('cret'))).toString(), '***')
    assert.equal(masker.heldBytes, 0)
  })

  it('returns the unfinished beginning of a secret at the end of the stream', () =>
    assert.equal(masked('a secre', 'secret'), 'a secre'))

  it('keeps all other bytes, whatever they are', () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256)
    assert.deepEqual(mask(bytes, [bytesOf('no such text')]), bytes)
    assert.deepEqual(mask(bytes, []), bytes)
  })

  it('does not change a text that often almost has many secrets', () => {
    const secrets = Array.from({ length: 40 }, (_, index) => `${'a'.repeat(200 + index)}b`)
    const text = `${'a'.repeat(199)}c`.repeat(2000)
    assert.equal(masked(text, ...secrets), text)
  })
})
