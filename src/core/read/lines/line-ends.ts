import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import { type LogReader, readRange } from '../reader/log-reader.ts'

/** This takes a few megabytes of memory. */
const REMEMBERED_LOGS = 50_000

/** Knows whether logs end with a newline. Answers are cached: stored bytes never change. */
export class LineEnds {
  readonly #reader: LogReader
  readonly #known = new Map<LogId, { readonly sizeBytes: ByteOffset; readonly newline: boolean }>()

  constructor(reader: LogReader) {
    this.#reader = reader
  }

  /**
   * Whether the last of the first `sizeBytes` bytes is a newline. `sizeBytes` is at least 1 and at
   * most the head. Rejects as the reader does.
   */
  async hasNewline(log: LogId, sizeBytes: ByteOffset): Promise<boolean> {
    const known = this.#known.get(log)
    if (known?.sizeBytes === sizeBytes) return known.newline
    const newline = (await readRange(this.#reader, log, sizeBytes - 1, sizeBytes))[0] === LINE_FEED
    if (this.#known.size >= REMEMBERED_LOGS)
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest)
        break
      }
    this.#known.set(log, { sizeBytes, newline })
    return newline
  }
}
