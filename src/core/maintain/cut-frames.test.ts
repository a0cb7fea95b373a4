import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { logBytes } from '../../../test/arbitrary/log-bytes.ts'
import { LINE_FEED } from '../../text/lines.ts'
import { cutFrames } from './cut-frames.ts'

const TARGET = 16
const MAX = 40

const sizes = { targetBytes: TARGET, maxBytes: MAX }
/** Lines far shorter and far longer than a frame. */
const logs = fc
  .array(fc.tuple(fc.nat(60), fc.boolean()), { maxLength: 12 })
  .map(lines => Buffer.from(lines.map(([length, ends]) => 'x'.repeat(length) + (ends ? '\n' : '')).join('')))

describe('the frames of a log', () => {
  test('join from its first byte to its last, and hold one byte to the maximum', () =>
    fc.assert(
      fc.property(fc.oneof(logs, logBytes()), bytes => {
        const ends = cutFrames(bytes, true, sizes)
        assert.equal(ends.at(-1) ?? 0, bytes.length)
        for (const [i, end] of ends.entries()) {
          const length = end - (ends[i - 1] ?? 0)
          assert.ok(length > 0 && length <= MAX, `a frame of ${length} bytes`)
        }
      }),
    ))

  test('end at the last line end within the target size; a longer line ends at its line end or at the maximum', () =>
    fc.assert(
      fc.property(logs, bytes => {
        let from = 0
        for (const end of cutFrames(bytes, false, sizes)) {
          const lastLine = bytes.subarray(from, from + TARGET).lastIndexOf(LINE_FEED)
          const firstLine = bytes.subarray(from, from + MAX).indexOf(LINE_FEED)
          const giant = firstLine >= 0 ? firstLine + 1 : Math.min(MAX, bytes.length - from)
          assert.equal(end - from, lastLine >= 0 ? lastLine + 1 : giant)
          from = end
        }
      }),
    ))

  test('leave less than the target size for later, unless everything must be stored', () =>
    fc.assert(
      fc.property(logs, bytes => {
        const ends = cutFrames(bytes, false, sizes)
        const rest = bytes.length - (ends.at(-1) ?? 0)
        assert.ok(rest < TARGET, `${rest} bytes are left`)
        const last = rest > 0 ? [bytes.length] : []
        assert.deepEqual(cutFrames(bytes, true, sizes), [...ends, ...last])
      }),
    ))
})
