import { type ByteOffset, KIB, type LogId } from '../../../contract/quantities.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import { CHARACTER_REST_BYTES, incompleteTailLength } from '../../../text/utf8.ts'
import { type LogReader, readRange } from '../reader/log-reader.ts'

/** Lines are mostly short: the last line end stands within the first step back. */
const FIRST_STEP_BYTES = 4 * KIB

/** What may still be added to a step's log. */
export interface StepGrowth {
  /** The log can not grow: sealed or skipped. Must be known before the head is read, else the last bytes are missed. */
  readonly finished: boolean
  /** A writer is at work. */
  readonly running: boolean
}

/**
 * Where the part of a log ends that pages may show (docs/api.md §2): before the unfinished last line of a running step
 * unless that has `heldBackMaxBytes`, and in a log that may grow always before the bytes of a still incomplete
 * character. Never goes back as the log grows, never lies inside a character, and is less than `heldBackMaxBytes`
 * (at least 4) before `head`. Pass 0 to hold no line back.
 */
export async function visibleEnd(
  reader: LogReader,
  log: LogId,
  head: ByteOffset,
  step: StepGrowth,
  heldBackMaxBytes: number,
): Promise<ByteOffset> {
  if (step.finished || head === 0) return head
  if (step.running && heldBackMaxBytes > 0) {
    const lowest = Math.max(0, head - heldBackMaxBytes)
    const lineStart = await lastLineStart(reader, log, lowest, head)
    if (lineStart !== undefined) return lineStart
    if (head < heldBackMaxBytes) return 0
  }
  const tail = await readRange(reader, log, Math.max(0, head - CHARACTER_REST_BYTES), head)
  return head - incompleteTailLength(tail)
}

/** The place behind the last line end in `[from, to)`. */
async function lastLineStart(
  reader: LogReader,
  log: LogId,
  from: ByteOffset,
  to: ByteOffset,
): Promise<ByteOffset | undefined> {
  let at = to
  for (let stepBytes = FIRST_STEP_BYTES; at > from; stepBytes *= 4) {
    const below = Math.max(from, at - stepBytes)
    const lineFeed = (await readRange(reader, log, below, at)).lastIndexOf(LINE_FEED)
    if (lineFeed >= 0) return below + lineFeed + 1
    at = below
  }
  return undefined
}
