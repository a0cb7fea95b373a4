import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { PatternAutomaton } from './pattern-automaton.ts'

const fewLetters = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength })

it('after each byte, knows the longest pattern that ends there and the longest that may', () => {
  fc.assert(
    fc.property(fc.array(fewLetters(5), { maxLength: 6 }), fewLetters(30), (patterns, text) => {
      const automaton = new PatternAutomaton(patterns.map(pattern => Buffer.from(pattern)))
      let state = 0
      for (let end = 1; end <= text.length; end++) {
        state = automaton.step(state, text.charCodeAt(end - 1))
        const ends = Array.from({ length: end }, (_, from) => text.slice(from, end))
        const longest = (of: (suffix: string) => boolean) => ends.find(of)?.length ?? 0
        assert.equal(
          automaton.matchLength(state),
          longest(suffix => patterns.includes(suffix)),
        )
        assert.equal(
          automaton.openLength(state),
          longest(suffix => patterns.some(one => one.length > suffix.length && one.startsWith(suffix))),
        )
      }
    }),
    { numRuns: 500 },
  )
})
