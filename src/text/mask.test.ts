import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Masker, mask } from './mask.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const masked = (text: string, ...secrets: string[]) =>
  new TextDecoder().decode(mask(bytesOf(text), secrets.map(bytesOf)))

/** Few letters make overlaps likely; `*` is left out, as it may form a secret beside a mask. */
const letters = fc.stringMatching(/^[ab\n]{0,60}$/)
const secretSet = fc.array(fc.stringMatching(/^[ab\n]{1,9}$/), { maxLength: 5 })

/** Masks as the promise reads: marks each byte of each occurrence, then writes each marked run as one mask. */
function maskedByDefinition(text: string, secrets: readonly string[]): string {
  const covered = [...text].map(() => false)
  for (const secret of secrets)
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      covered.fill(true, at, at + secret.length)
  return [...text]
    .map((letter, at) => (!covered[at] ? letter : at > 0 && covered[at - 1] ? '' : '***'))
    .join('')
}

function maskedInPieces(text: string, secrets: readonly string[], cuts: readonly number[]): string {
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

  it('is what its definition says, for any secrets and any text', () => {
    fc.assert(
      fc.property(letters, secretSet, (text, secrets) => {
        assert.equal(masked(text, ...secrets), maskedByDefinition(text, secrets))
      }),
      { numRuns: 1000 },
    )
  })

  it('gives the same wherever the stream is cut, and leaves no secret', () => {
    fc.assert(
      fc.property(letters, secretSet, fc.array(fc.nat(), { maxLength: 8 }), (text, secrets, cuts) => {
        const result = maskedInPieces(text, secrets, cuts)
        assert.equal(result, masked(text, ...secrets))
        for (const secret of secrets) assert.ok(!result.includes(secret))
      }),
      { numRuns: 1000 },
    )
  })

  it('holds back only what may be the beginning of a secret', () => {
    const masker = new Masker([bytesOf('secret')])
    assert.equal(Buffer.from(masker.push(bytesOf('a sec'))).toString(), 'a ')
    assert.equal(masker.heldBytes, 3)
    assert.equal(Buffer.from(masker.push(bytesOf('ond, a se'))).toString(), 'second, a ')
    assert.equal(Buffer.from(masker.push(bytesOf('cret'))).toString(), '***')
    assert.equal(masker.heldBytes, 0)
  })

  it('gives an unfinished beginning of a secret at the end of the stream', () =>
    assert.equal(masked('a secre', 'secret'), 'a secre'))

  it('keeps all other bytes, whatever they are', () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256)
    assert.deepEqual(mask(bytes, [bytesOf('no such text')]), bytes)
    assert.deepEqual(mask(bytes, []), bytes)
  })

  it('leaves alone a text that many times comes close to many secrets', () => {
    const secrets = Array.from({ length: 40 }, (_, index) => `${'a'.repeat(200 + index)}b`)
    const text = `${'a'.repeat(199)}c`.repeat(2000)
    assert.equal(masked(text, ...secrets), text)
  })
})
