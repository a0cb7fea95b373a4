import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mask } from './mask.ts'
import { SECRET_MIN_CHARACTERS, secretForms } from './secret-forms.ts'

const masked = (text: string, secret: string) =>
  Buffer.from(mask(Buffer.from(text), secretForms(secret))).toString()

const SECRET = `p<a>ss/w&rd'"\u00fc+1 !`

describe('forms of a secret', () => {
  it('cover the secret itself and each line of one with many', () => {
    assert.equal(masked(`<${SECRET}>`, SECRET), '<***>')
    assert.equal(masked('x line one\nline two\n', '\nline one\r\nline two\n'), 'x ***\n***\n')
  })

  it(`leave out what is shorter than ${SECRET_MIN_CHARACTERS} characters`, () => {
    assert.deepEqual(secretForms('short'), [])
    assert.equal(masked('ab longer', 'ab\nlonger'), 'ab ***')
  })

  it('hold no line end, so that lines stay lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), secret => {
        for (const form of secretForms(secret)) assert.ok(!form.includes(10) && !form.includes(13))
      }),
    )
  })

  for (const [title, encoded] of [
    ['URL-encoded', encodeURIComponent(SECRET)],
    ['URL-encoded as in a form', new URLSearchParams({ a: SECRET }).toString().slice(2)],
    ['URL-encoded in lower case', encodeURIComponent(SECRET).replaceAll(/%../g, code => code.toLowerCase())],
    ['JSON-escaped', JSON.stringify(SECRET).slice(1, -1)],
    ['JSON-escaped by PHP', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
    ['JSON-escaped to ASCII', JSON.stringify(SECRET).slice(1, -1).replaceAll('\u00fc', '\\u00fc')],
    ['quoted by a shell that traces', `'${SECRET.replaceAll("'", `'\\''`)}'`.slice(1, -1)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 with a line end', Buffer.from(`${SECRET}\n`).toString('base64')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
  ] as const)
    it(`cover it ${title}`, () => assert.equal(masked(`<${encoded}>`, SECRET), '<***>'))

  it('leave of base64 of a longer text only characters that hold neighbours of the secret', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 8 }), fc.string(), (before, secret, after) => {
        const bytes = Buffer.from(secret)
        const encoded = Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]).toString('base64')
        const begin = Math.ceil((Buffer.byteLength(before) * 8) / 6)
        const end = Math.floor(((Buffer.byteLength(before) + bytes.length) * 8) / 6)
        assert.ok(masked(encoded, secret).includes('***'))
        assert.ok(!masked(encoded, secret).includes(encoded.slice(begin, end)))
      }),
    )
  })

  it('cover base64 that a tool has wrapped', () => {
    const key = 'k3y'.repeat(60)
    const wrapped = Buffer.from(key)
      .toString('base64')
      .replaceAll(/.{76}/g, line => `${line}\n`)
    assert.equal(masked(wrapped, key), '***\n***\n***\n***')
  })
})
