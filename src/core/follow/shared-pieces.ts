import type { ByteOffset } from '../../contract/quantities.ts'
import type { LogId } from '../ports/journal.ts'
import type { LogReader } from '../read/log-reader.ts'
import { type LogPiece, PIECE_MAX_BYTES, readPiece } from './log-piece.ts'

/** How many pieces are kept: what followers that are level with each other want next, not a history. */
const KEPT_PIECES = 64

/** Reads pieces once for all followers that want the same ones, so that hundreds at the head of a log cost one read. */
export class SharedPieces {
  readonly #reader: LogReader
  readonly #recent = new Map<string, Promise<LogPiece | undefined>>()

  constructor(reader: LogReader) {
    this.#reader = reader
  }

  /** As `readPiece`; the same object for all that ask alike. */
  read(log: LogId, start: ByteOffset, head: ByteOffset, finished: boolean): Promise<LogPiece | undefined> {
    // Far below the head a piece is the same whatever the head is.
    const key = `${log}/${start}/${Math.min(head, start + 2 * PIECE_MAX_BYTES)}/${finished}`
    const known = this.#recent.get(key)
    if (known !== undefined) return known
    const reading = readPiece(this.#reader, log, start, head, finished)
    this.#recent.set(key, reading)
    reading.catch(() => this.#recent.delete(key))
    if (this.#recent.size > KEPT_PIECES) this.#recent.delete(this.#recent.keys().next().value!)
    return reading
  }
}
