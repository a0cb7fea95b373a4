import { type ByteOffset, MIB } from '../../contract/quantities.ts'
import { joinBytes } from '../../text/join-bytes.ts'
import { LINE_FEED } from '../../text/lines.ts'
import type { LineMatcher } from '../ports/line-matcher.ts'
import type { SearchedBlock } from './searched-block.ts'

/** How much of a line is matched. The rest of a longer line is skipped. */
const MATCHED_LINE_MAX_BYTES = MIB

/**
 * Finds the lines of a log that match. The first block begins at `from`, which is the start of a
 * line. Rejects as the matcher does.
 */
export async function* findExpression(
  blocks: AsyncIterable<Uint8Array>,
  from: ByteOffset,
  matcher: LineMatcher,
): AsyncGenerator<SearchedBlock> {
  for await (const { at, bytes, isSkipped } of wholeLines(blocks, from)) {
    const begins = isSkipped ? [] : await matcher.match(bytes)
    yield { at, bytes, hits: begins.map(begin => at + begin) }
  }
}

interface Lines {
  readonly at: ByteOffset
  readonly bytes: Uint8Array
  /** Whether these bytes are the unmatched rest of a long line. */
  readonly isSkipped: boolean
}

/**
 * Cuts the same bytes after line ends. A line that is too long is cut after MATCHED_LINE_MAX_BYTES,
 * and some of its rest may be missing.
 */
async function* wholeLines(blocks: AsyncIterable<Uint8Array>, from: ByteOffset): AsyncGenerator<Lines> {
  let begun: Uint8Array[] = []
  let begunBytes = 0
  let skipping = false
  let end = from
  for await (const block of blocks) {
    let bytes = block
    end += block.length
    if (skipping) {
      const skipped = bytes.indexOf(LINE_FEED) + 1
      skipping = skipped === 0
      yield { at: end - bytes.length, bytes: skipping ? bytes : bytes.subarray(0, skipped), isSkipped: true }
      if (skipping) continue
      bytes = bytes.subarray(skipped)
    }
    const cut = bytes.lastIndexOf(LINE_FEED) + 1
    if (cut > 0) {
      const lines = joinBytes([...begun, bytes.subarray(0, cut)])
      yield { at: end - bytes.length - begunBytes, bytes: lines, isSkipped: false }
      begun = []
      begunBytes = 0
    }
    const rest = bytes.subarray(cut)
    if (rest.length > 0) begun.push(rest)
    begunBytes += rest.length
    if (begunBytes < MATCHED_LINE_MAX_BYTES) continue
    const seen = joinBytes(begun).subarray(0, MATCHED_LINE_MAX_BYTES)
    yield { at: end - begunBytes, bytes: seen, isSkipped: false }
    begun = []
    begunBytes = 0
    skipping = true
  }
  if (begunBytes > 0) yield { at: end - begunBytes, bytes: joinBytes(begun), isSkipped: false }
}
