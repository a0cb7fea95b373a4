import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { logBytes } from '../../test/arbitrary/log-bytes.ts'
import { countLineEnds, walkLines, walkLinesBack } from './lines.ts'

const encoder = new TextEncoder()

describe('countLineEnds', () => {
  it('counts "\\n" and nothing else', () => {
    fc.assert(
      fc.property(logBytes(), bytes => {
        assert.equal(countLineEnds(bytes), bytes.filter(byte => byte === 10).length)
      }),
    )
  })
})

describe('walkLines', () => {
  it('treats only "\\n" as a line end', () => {
    assert.deepEqual(walkLines(encoder.encode('a\rb\r\nc\0\nd'), 0, 10, 9), { at: 8, lines: 2 })
  })

  it('stops after the last requested line and stays inside its range', () => {
    const bytes = encoder.encode('\na\nb\nc\n')
    assert.deepEqual(walkLines(bytes, 1, 7, 2), { at: 5, lines: 2 })
    assert.deepEqual(walkLines(bytes, 1, 2, 2), { at: 1, lines: 0 })
  })

  it('finds what a walk byte by byte finds', () => {
    fc.assert(
      fc.property(logBytes(), fc.nat(200), fc.nat(200), fc.nat(6), (bytes, a, b, max) => {
        const [from, to] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
        const ends = range(from, to)
          .filter(i => bytes[i] === 10)
          .slice(0, max)
        assert.deepEqual(walkLines(bytes, from, to, max), {
          at: (ends.at(-1) ?? from - 1) + 1,
          lines: ends.length,
        })
      }),
    )
  })
})

describe('walkLinesBack', () => {
  it('counts a line end just before the end as part of the last line', () => {
    assert.deepEqual(walkLinesBack(encoder.encode('a\nb\nc\n'), 0, 6, 1), { at: 4, lines: 1 })
    assert.deepEqual(walkLinesBack(encoder.encode('a\nb\nc'), 0, 5, 2), { at: 2, lines: 2 })
    assert.deepEqual(walkLinesBack(encoder.encode('\n\n\n'), 0, 3, 9), { at: 1, lines: 2 })
    assert.deepEqual(walkLinesBack(encoder.encode('\n'), 0, 1, 1), { at: 1, lines: 0 })
  })

  it('finds a line that begins exactly where its range does', () => {
    assert.deepEqual(walkLinesBack(encoder.encode('a\nb\n'), 2, 4, 9), { at: 2, lines: 1 })
    assert.deepEqual(walkLinesBack(encoder.encode('ab\n'), 1, 3, 9), { at: 3, lines: 0 })
  })

  it('finds what a walk byte by byte finds', () => {
    fc.assert(
      fc.property(logBytes(), fc.nat(200), fc.nat(200), fc.nat(6), (bytes, a, b, max) => {
        const [from, to] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
        const begins = range(from, to)
          .filter(i => bytes[i - 1] === 10)
          .reverse()
          .slice(0, max)
        assert.deepEqual(walkLinesBack(bytes, from, to, max), {
          at: begins.at(-1) ?? to,
          lines: begins.length,
        })
      }),
    )
  })
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}
