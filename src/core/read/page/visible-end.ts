import { type ByteOffset, KIB } from '../../../contract/quantities.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import { CHARACTER_REST_BYTES, incompleteTailLength } from '../../../text/utf8.ts'
import type { LogExcerpt } from './log-excerpt.ts'

/** Most lines are short: the last line end is usually within this distance of the head. */
const FIRST_STEP_BYTES = 4 * KIB

/** How a log may still grow. */
export interface StepGrowth {
  /**
   * The log cannot grow: its step is sealed or skipped. Learn it before the head, or the last bytes
   * are missed.
   */
  readonly finished: boolean
  /** Its step is running. */
  readonly running: boolean
}

/**
 * Where the part of a log ends that pages may show (docs/api.md §2). In a log that may grow it
 * excludes an incomplete character at the end. In the log of a running step it also excludes an
 * unfinished last line, unless that line has `heldBackMaxBytes` (at least 4) or more; 0 holds back
 * no line. The result never decreases as the log grows, is never inside a character, and is less
 * than `heldBackMaxBytes` below the head, or than 4. Rejects as the reader does.
 */
export async function visibleEnd(
  excerpt: LogExcerpt,
  step: StepGrowth,
  heldBackMaxBytes: number,
): Promise<ByteOffset> {
  const { head } = excerpt
  if (step.finished || head === 0) return head
  await excerpt.extend(head - CHARACTER_REST_BYTES, head)
  if (step.running && heldBackMaxBytes > 0) {
    const lineStart = await lastLineStart(excerpt, Math.max(0, head - heldBackMaxBytes))
    if (lineStart !== undefined) return lineStart
    if (head < heldBackMaxBytes) return 0
  }
  return head - incompleteTailLength(excerpt.bytes)
}

/**
 * Where the last line of the log begins, if the line end before it is at `lowest` or later. The
 * excerpt ends at the head.
 */
async function lastLineStart(excerpt: LogExcerpt, lowest: ByteOffset): Promise<ByteOffset | undefined> {
  let searchedTo = excerpt.head
  for (let stepBytes = FIRST_STEP_BYTES; ; stepBytes *= 4) {
    const from = Math.max(lowest, excerpt.at)
    const unsearched = excerpt.bytes.subarray(from - excerpt.at, searchedTo - excerpt.at)
    const lineFeed = unsearched.lastIndexOf(LINE_FEED)
    if (lineFeed >= 0) return from + lineFeed + 1
    if (from === lowest) return undefined
    searchedTo = from
    await excerpt.extend(Math.max(lowest, searchedTo - stepBytes), excerpt.head)
  }
}
