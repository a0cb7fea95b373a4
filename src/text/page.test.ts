import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { logBytes } from '../../test/arbitrary/log-bytes.ts'
import { cutFirstLines, cutLastLines, type PageCut, type PageLimits } from './page.ts'
import { CHARACTER_REST_BYTES, characterEnd, characterLength, characterStart } from './utf8.ts'

const limits = fc.record({
  maxLines: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.oneof(fc.integer({ min: 4, max: 20 }), fc.integer({ min: 4, max: 400 })),
})
/** A log and a window of it that is not empty. */
const windows = fc
  .tuple(logBytes(60), fc.nat(300), fc.nat(300))
  .filter(([log]) => log.length > 0)
  .map(([log, a, b]) => {
    const start = Math.min(a, b) % log.length
    return { log, start, end: Math.min(log.length, Math.max(a, b, start + 1)) }
  })

/** The window, with no end inside a character. */
function wholeWindow(log: Uint8Array, start: number, end: number): readonly [number, number] {
  const from = characterStart(log, start)
  const to = characterStart(log, end)
  return [from, to > from ? to : from + Math.max(1, characterLength(log, from))]
}

function linesOf(log: Uint8Array, from: number, to: number): (readonly [number, number])[] {
  const lines: (readonly [number, number])[] = []
  for (let at = from, start = from; at < to; at++)
    if (log[at] === 10 || at === to - 1) {
      lines.push([start, at + 1])
      start = at + 1
    }
  return lines
}

type Cut = (bytes: Uint8Array, start: number, end: number, limits: PageLimits) => PageCut

/**
 * Bytes that are farther away than the page reaches do not change a page with all its lines. Those
 * up to `reach` are given, and what completes a character there.
 */
function assertSettled(
  cut: Cut,
  log: Uint8Array,
  given: readonly [number, number],
  reach: number,
  wanted: PageCut,
  of: PageLimits,
) {
  const [from, to] = given
  const lowest = Math.max(0, wanted.from - CHARACTER_REST_BYTES - 1)
  const bytes = log.subarray(lowest, Math.min(log.length, reach + CHARACTER_REST_BYTES))
  const {
    from: begin,
    to: end,
    lines,
  } = cut(bytes, Math.max(0, from - lowest), Math.min(bytes.length, to - lowest), of)
  assert.deepEqual({ from: begin + lowest, to: end + lowest, lines }, wanted)
}

describe('the cut of a page', () => {
  it('has the first lines that fit, or a chunk of the first one', () => {
    fc.assert(
      fc.property(windows, limits, ({ log, start, end }, wanted) => {
        const [from, to] = wholeWindow(log, start, end)
        const fitting = linesOf(log, from, to)
          .slice(0, wanted.maxLines)
          .filter(line => line[1] - from <= wanted.maxBytes)
        const cut = cutFirstLines(log, start, end, wanted)
        assert.equal(cut.from, from)
        assert.equal(cut.to, fitting.at(-1)?.[1] ?? characterStart(log, from + wanted.maxBytes))
        assert.equal(cut.lines, log.subarray(cut.from, cut.to).filter(byte => byte === 10).length)
        if (cut.lines === wanted.maxLines && end > cut.to)
          assertSettled(cutFirstLines, log, [start, end], cut.to, cut, wanted)
      }),
      { numRuns: 1000 },
    )
  })

  it('has the last lines that fit, or a chunk of the last one', () => {
    fc.assert(
      fc.property(windows, limits, ({ log, start, end }, wanted) => {
        const [from, to] = wholeWindow(log, start, end)
        const fitting = linesOf(log, from, to)
          .slice(-wanted.maxLines)
          .filter(line => to - line[0] <= wanted.maxBytes)
        const cut = cutLastLines(log, start, end, wanted)
        assert.equal(cut.to, to)
        assert.equal(cut.from, fitting[0]?.[0] ?? characterEnd(log, to - wanted.maxBytes))
        if (cut.lines === wanted.maxLines && end <= to + CHARACTER_REST_BYTES && start < cut.from)
          assertSettled(cutLastLines, log, [start, end], end, cut, wanted)
      }),
      { numRuns: 1000 },
    )
  })
})
