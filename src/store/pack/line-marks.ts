import type { ByteOffset } from '../../contract/quantities.ts'
import { LINES_PER_MARK } from '../../core/ports/pack-store.ts'

const NEWLINE = 10

export interface MarkedLines {
  /** Line ends in the bytes. */
  readonly lines: number
  /** Offsets in the log. The first is `at`, even if `at` is inside a line. */
  readonly lineMarks: readonly ByteOffset[]
}

/**
 * Counts the line ends of `bytes`, which begin at offset `at` of their log, and marks the start of
 * every 64th line. A line that begins after the last byte has no mark.
 */
export function markLines(bytes: Uint8Array, at: ByteOffset): MarkedLines {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lineMarks = [at]
  let lines = 0
  for (let found = view.indexOf(NEWLINE); found !== -1; found = view.indexOf(NEWLINE, found + 1)) {
    lines++
    if (lines % LINES_PER_MARK === 0 && found + 1 < view.length) lineMarks.push(at + found + 1)
  }
  return { lines, lineMarks }
}
