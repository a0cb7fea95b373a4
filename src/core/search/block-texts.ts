import { LINE_TEXT_MAX_BYTES } from '../../contract/limits.ts'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import { LINE_FEED } from '../../text/lines.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import { LINE_READ_MAX_BYTES, type LineText, lineText } from '../read/lines/line-text.ts'
import { type LogReader, readRange } from '../read/reader/log-reader.ts'
import type { SearchedBlock } from './searched-block.ts'

/** With fewer hits, only the lines that match are decoded. */
const DECODE_BLOCK_MIN_HITS = 8

/** The texts of the lines that match in one block of a log. */
export class BlockTexts {
  readonly #reader: LogReader
  readonly #log: LogId
  readonly #head: ByteOffset
  readonly #block: SearchedBlock
  /**
   * The whole block as text, if it has many hits and is all ASCII: a line's text is then a
   * substring of it.
   */
  readonly #ascii: string | undefined

  constructor(reader: LogReader, log: LogId, head: ByteOffset, block: SearchedBlock) {
    this.#reader = reader
    this.#log = log
    this.#head = head
    this.#block = block
    const text = block.hits.length >= DECODE_BLOCK_MIN_HITS ? decodeUtf8(block.bytes) : ''
    if (text.length === block.bytes.length) this.#ascii = text
  }

  /**
   * The text of the line that begins at `offset` of the log; undefined if the block holds too
   * little of the line.
   */
  held(offset: ByteOffset): LineText | undefined {
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

  /** The same text, read from the log. Rejects as the reader does. */
  async read(offset: ByteOffset): Promise<LineText> {
    const end = Math.min(this.#head, offset + LINE_READ_MAX_BYTES)
    return lineText(await readRange(this.#reader, this.#log, offset, end))
  }
}
