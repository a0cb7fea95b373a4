import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createSecretBox } from './secret-box.ts'

const SECRET = Buffer.alloc(32, 1)

describe('a sealed text', () => {
  it('opens with the same secret and context', () => {
    const box = createSecretBox(SECRET)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text =>
        assert.equal(createSecretBox(SECRET).open(box.seal(text, 'AK'), 'AK'), text),
      ),
    )
  })

  it('does not open with another secret or in another context', () => {
    const sealed = createSecretBox(SECRET).seal('text', 'AK1')
    assert.equal(createSecretBox(Buffer.alloc(32, 2)).open(sealed, 'AK1'), undefined)
    assert.equal(createSecretBox(SECRET).open(sealed, 'AK2'), undefined)
  })

  it('does not open after any change of a byte, or cut short', () => {
    const box = createSecretBox(SECRET)
    const bytes = Buffer.from(box.seal('text', 'AK').slice(3), 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ 1
      assert.equal(box.open(`v1.${changed.toString('base64url')}`, 'AK'), undefined)
      assert.equal(box.open(`v1.${bytes.subarray(0, at).toString('base64url')}`, 'AK'), undefined)
    }
  })

  it('looks different each time and does not show the text', () => {
    const box = createSecretBox(SECRET)
    assert.notEqual(box.seal('text', 'AK'), box.seal('text', 'AK'))
    assert.ok(!Buffer.from(box.seal('text', 'AK').slice(3), 'base64url').includes('text'))
  })
})
