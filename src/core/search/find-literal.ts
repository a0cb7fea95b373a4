import type { ByteOffset } from '../../contract/quantities.ts'
import { joinBytes } from '../../text/join-bytes.ts'
import { LINE_FEED } from '../../text/lines.ts'
import type { FindBytes } from '../ports/line-matcher.ts'
import type { SearchedBlock } from './searched-block.ts'

/** What to look for: bytes without a line end. */
export interface Literal {
  readonly bytes: Uint8Array
  /** ASCII letters of either case are alike. */
  readonly ignoreCase: boolean
}

/** Searches blocks of a log, the first of which begins at `from` and at a line's begin, for lines that hold the literal; also across the borders of blocks. Lines of any length. */
export async function* findLiteral(
  blocks: AsyncIterable<Uint8Array>,
  from: ByteOffset,
  { bytes, ignoreCase }: Literal,
  find: FindBytes,
): AsyncGenerator<SearchedBlock> {
  const search = new LiteralSearch(ignoreCase ? lowerAscii(bytes) : bytes, from, find)
  for await (const block of blocks) yield search.next(block, ignoreCase ? lowerAscii(block) : block)
}

class LiteralSearch {
  readonly #wanted: Uint8Array
  readonly #find: FindBytes
  #at: ByteOffset
  /** Where the line begins that goes on in the next block, and whether it is a hit already. */
  #lineBegin: ByteOffset
  #isHit = false
  /** The end of what was seen, too short to hold the literal. */
  #tail: Uint8Array = new Uint8Array(0)

  constructor(wanted: Uint8Array, from: ByteOffset, find: FindBytes) {
    this.#wanted = wanted
    this.#at = from
    this.#lineBegin = from
    this.#find = find
  }

  /** `folded` is `bytes` with letters made alike. */
  next(bytes: Uint8Array, folded: Uint8Array): SearchedBlock {
    const at = this.#at
    const hits: ByteOffset[] = []
    let begin = 0
    if (!this.#isHit && this.#crosses(folded)) {
      hits.push(this.#lineBegin)
      this.#isHit = true
    }
    if (this.#isHit) begin = this.#behindLine(bytes, 0)
    while (!this.#isHit) {
      const found = this.#find(folded, this.#wanted, begin)
      if (found < 0) break
      const lineFeed = bytes.lastIndexOf(LINE_FEED, found)
      hits.push(lineFeed < 0 ? this.#lineBegin : at + lineFeed + 1)
      this.#isHit = true
      begin = this.#behindLine(bytes, found)
    }
    const last = bytes.lastIndexOf(LINE_FEED)
    if (last >= 0) this.#lineBegin = at + last + 1
    this.#keepTail(folded)
    this.#at += bytes.length
    return { at, bytes, hits }
  }

  /** Whether the literal begins before this block and ends in it. */
  #crosses(folded: Uint8Array): boolean {
    if (this.#tail.length === 0) return false
    const border = joinBytes([this.#tail, folded.subarray(0, this.#wanted.length - 1)])
    return this.#find(border, this.#wanted, 0) >= 0
  }

  /** The place behind the line that is a hit, which ends it; the block's end where the line goes on. */
  #behindLine(bytes: Uint8Array, from: number): number {
    const lineFeed = bytes.indexOf(LINE_FEED, from)
    if (lineFeed < 0) return bytes.length
    this.#isHit = false
    return lineFeed + 1
  }

  #keepTail(folded: Uint8Array): void {
    const kept = this.#wanted.length - 1
    const seen = folded.length >= kept ? folded : joinBytes([this.#tail, folded])
    this.#tail = seen.slice(Math.max(0, seen.length - kept))
  }
}

const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
)

function lowerAscii(bytes: Uint8Array): Uint8Array {
  const lower = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) lower[i] = LOWER[bytes[i]!]!
  return lower
}
