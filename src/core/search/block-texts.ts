import { LINE_TEXT_MAX_BYTES } from '../../contract/limits.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import { LINE_FEED } from '../../text/lines.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import { LINE_READ_MAX_BYTES, type LineText, lineText } from '../read/line-text.ts'
import type { SearchedBlock } from './searched-block.ts'

/** A block with fewer hits is not decoded as a whole. */
const MANY_HITS = 8

/** The texts of lines in one block. */
export class BlockTexts {
  readonly #block: SearchedBlock
  readonly #head: ByteOffset
  /** The whole block, where it has many hits and each of its bytes is a character: then a text is a part of it. */
  readonly #ascii: string | undefined

  constructor(block: SearchedBlock, head: ByteOffset) {
    this.#block = block
    this.#head = head
    const text = block.hits.length >= MANY_HITS ? decodeUtf8(block.bytes) : ''
    if (text.length === block.bytes.length) this.#ascii = text
  }

  /** Of the line that begins at `offset` of the log, where the block holds enough of it. */
  at(offset: ByteOffset): LineText | undefined {
    const { at, bytes } = this.#block
    if (offset < at) return undefined
    const begin = offset - at
    const end = this.#ascii?.indexOf('\n', begin) ?? -1
    if (end >= 0 && end - begin <= LINE_TEXT_MAX_BYTES)
      return { text: this.#ascii!.slice(begin, end), truncated: false }
    const rest = bytes.subarray(begin, begin + LINE_READ_MAX_BYTES)
    const isEnough = rest.length === Math.min(this.#head - offset, LINE_READ_MAX_BYTES)
    return isEnough || rest.includes(LINE_FEED) ? lineText(rest) : undefined
  }
}
