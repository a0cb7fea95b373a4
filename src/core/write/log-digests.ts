import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { NewSha256, Sha256 } from '../ports/capabilities.ts'
import type { LogReader } from '../read/reader/log-reader.ts'

interface Running {
  readonly sha256: Sha256
  at: ByteOffset
  /** `upTo` reads what is missing: it counts all bytes itself. */
  isReading: boolean
}

/**
 * Running SHA-256 of live logs, so that finishing a large log need not read it again. Only a memory aid: what is
 * missing here (after a restart, or for a log that fell out) is read from the stored bytes.
 */
export class LogDigests {
  readonly #running = new Map<LogId, Running>()
  readonly #newSha256: NewSha256
  readonly #maxLogs: number

  constructor(newSha256: NewSha256, maxLogs = 20_000) {
    this.#newSha256 = newSha256
    this.#maxLogs = maxLogs
  }

  /** Takes notice of stored bytes; those that do not continue what is known are left for `upTo`. */
  note(log: LogId, at: ByteOffset, bytes: Uint8Array): void {
    const running = this.#running.get(log) ?? (at === 0 ? this.#begin(log) : undefined)
    if (running?.at !== at || running.isReading) return
    running.sha256.update(bytes)
    running.at += bytes.length
    // The least recently written falls out first.
    this.#running.delete(log)
    this.#running.set(log, running)
  }

  /** SHA-256 of the log's first `head` bytes, in hexadecimal digits. Call while no append is under way. Rejects as `LogReader.read` does. */
  async upTo(log: LogId, head: ByteOffset, reader: LogReader): Promise<string> {
    let running = this.#running.get(log)
    if (running === undefined || running.at > head) running = this.#begin(log)
    running.isReading = true
    try {
      for await (const bytes of reader.read(log, running.at, head)) {
        running.sha256.update(bytes)
        running.at += bytes.length
      }
    } finally {
      running.isReading = false
    }
    return running.sha256.hex()
  }

  /** The log is sealed, abandoned or gone. */
  forget(log: LogId): void {
    this.#running.delete(log)
  }

  #begin(log: LogId): Running {
    const oldest = this.#running.keys().next()
    if (this.#running.size >= this.#maxLogs && !oldest.done) this.#running.delete(oldest.value)
    const running = { sha256: this.#newSha256(), at: 0, isReading: false }
    this.#running.set(log, running)
    return running
  }
}
