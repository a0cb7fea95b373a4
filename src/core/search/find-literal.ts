import type { ByteOffset } from '../../contract/quantities.ts'
import { joinBytes } from '../../text/join-bytes.ts'
import { LINE_FEED } from '../../text/lines.ts'
import type { FindBytes } from '../ports/line-matcher.ts'
import type { SearchedBlock } from './searched-block.ts'

/** The bytes to find, without a line end. */
export interface Literal {
  readonly bytes: Uint8Array
  /** Ignore the case of ASCII letters. */
  readonly ignoreCase: boolean
}

/**
 * Finds the lines of a log that contain the literal, in lines of any length and across blocks. The
 * first block begins at `from`, which is the start of a line.
 */
export async function* findLiteral(
  blocks: AsyncIterable<Uint8Array>,
  from: ByteOffset,
  { bytes, ignoreCase }: Literal,
  find: FindBytes,
): AsyncGenerator<SearchedBlock> {
  const fold = (some: Uint8Array) => (ignoreCase ? lowerAscii(some) : some)
  const search = new LiteralSearch(fold(bytes), from, find)
  for await (const block of blocks) yield search.next(block, fold(block))
}

const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
)

function lowerAscii(bytes: Uint8Array): Uint8Array {
  const lower = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) lower[i] = LOWER[bytes[i]!]!
  return lower
}

class LiteralSearch {
  readonly #wanted: Uint8Array
  readonly #find: FindBytes
  #at: ByteOffset
  /** Where the line begins that continues in the next block, and whether it is a hit already. */
  #lineBegin: ByteOffset
  #isHit = false
  /** The last bytes searched, too few to hold the literal. */
  #tail: Uint8Array = new Uint8Array(0)

  constructor(wanted: Uint8Array, from: ByteOffset, find: FindBytes) {
    this.#wanted = wanted
    this.#at = from
    this.#lineBegin = from
    this.#find = find
  }

  /** `folded` is `bytes`, in lower case if case is ignored. */
  next(bytes: Uint8Array, folded: Uint8Array): SearchedBlock {
    const at = this.#at
    const hits: ByteOffset[] = []
    let begin = 0
    if (!this.#isHit && this.#crosses(folded)) {
      hits.push(this.#lineBegin)
      this.#isHit = true
    }
    if (this.#isHit) begin = this.#afterLine(bytes, 0)
    while (!this.#isHit) {
      const found = this.#find(folded, this.#wanted, begin)
      if (found < 0) break
      const lineFeed = bytes.lastIndexOf(LINE_FEED, found)
      hits.push(lineFeed < 0 ? this.#lineBegin : at + lineFeed + 1)
      this.#isHit = true
      begin = this.#afterLine(bytes, found)
    }
    const last = bytes.lastIndexOf(LINE_FEED)
    if (last >= 0) this.#lineBegin = at + last + 1
    this.#keepTail(folded)
    this.#at += bytes.length
    return { at, bytes, hits }
  }

  /** Whether the literal occurs across the start of this block. */
  #crosses(folded: Uint8Array): boolean {
    if (this.#tail.length === 0) return false
    const border = joinBytes([this.#tail, folded.subarray(0, this.#wanted.length - 1)])
    return this.#find(border, this.#wanted, 0) >= 0
  }

  /** Where the line after a hit begins; the block's end if the hit continues in the next block. */
  #afterLine(bytes: Uint8Array, from: number): number {
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
