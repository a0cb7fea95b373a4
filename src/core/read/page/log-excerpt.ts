import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import { joinBytes } from '../../../text/join-bytes.ts'
import { type LogReader, readRange } from '../reader/log-reader.ts'

/** A part of one log that grows at either end. Each byte is read from the store once. */
export class LogExcerpt {
  /** Where the log ends for this page. */
  readonly head: ByteOffset
  readonly #reader: LogReader
  readonly #log: LogId
  #at: ByteOffset = 0
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(reader: LogReader, log: LogId, head: ByteOffset) {
    this.#reader = reader
    this.#log = log
    this.head = head
  }

  /** The offset of the first byte of `bytes`. */
  get at(): ByteOffset {
    return this.#at
  }

  /** What was read so far. The caller must not change it. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /**
   * Extends the excerpt until it holds `[from, to)`, with everything between that and what it held
   * before. Both are clipped to the log. Rejects as the reader does.
   */
  async extend(from: ByteOffset, to: ByteOffset): Promise<void> {
    const [begin, end] = [Math.max(0, from), Math.min(this.head, to)]
    if (this.#bytes.length === 0) {
      this.#bytes = await this.#read(begin, end)
      this.#at = begin
      return
    }
    const heldTo = this.#at + this.#bytes.length
    if (begin >= this.#at && end <= heldTo) return
    const before = begin < this.#at ? await this.#read(begin, this.#at) : NONE
    const after = end > heldTo ? await this.#read(heldTo, end) : NONE
    this.#bytes = joinBytes([before, this.#bytes, after])
    this.#at -= before.length
  }

  #read(from: ByteOffset, to: ByteOffset): Promise<Uint8Array> {
    return readRange(this.#reader, this.#log, from, to)
  }
}

const NONE = new Uint8Array(0)
