import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isName, nameWithSuffix } from './read-values.ts'

const ROCKET = '\u{1f680}'

describe('names of jobs, steps and sources', () => {
  it('have 1 to 128 characters, whatever UTF-16 makes of them', () => {
    assert.ok(isName('x') && isName(ROCKET.repeat(128)))
    assert.ok(!isName('') && !isName(ROCKET.repeat(129)) && !isName('x'.repeat(129)))
  })

  it('are one line without outer blanks', () => {
    assert.ok(isName('make all'))
    for (const text of [' make', 'make ', 'two\nlines', 'a\u007fb', '\ud83d']) assert.ok(!isName(text), text)
  })

  it('lose their end to a suffix, and never half a character', () => {
    assert.equal(nameWithSuffix('make', ' (2)'), 'make (2)')
    assert.equal(nameWithSuffix(ROCKET.repeat(128), ' (2)'), `${ROCKET.repeat(124)} (2)`)
  })
})
