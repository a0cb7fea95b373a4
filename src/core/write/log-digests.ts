import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { NewSha256, Sha256 } from '../ports/capabilities.ts'
import type { LogReader } from '../read/reader/log-reader.ts'

interface Running {
  readonly sha256: Sha256
  at: ByteOffset
  /** While `upTo` reads what is missing, it counts all bytes itself. */
  isReading: boolean
}

/**
 * Running SHA-256 of live logs, so that finishing a large log does not read it again. It may
 * forget: what is missing after a restart, or because there are too many logs, is read from the
 * stored bytes.
 */
export class LogDigests {
  readonly #running = new Map<LogId, Running>()
  readonly #newSha256: NewSha256
  readonly #maxLogs: number

  constructor(newSha256: NewSha256, maxLogs = 20_000) {
    this.#newSha256 = newSha256
    this.#maxLogs = maxLogs
  }

  /**
   * Feeds stored bytes into the log's hash. Bytes that do not continue it are skipped; `upTo` reads
   * them later.
   */
  note(log: LogId, at: ByteOffset, bytes: Uint8Array): void {
    const running = this.#running.get(log) ?? (at === 0 ? this.#begin(log) : undefined)
    if (running?.at !== at || running.isReading) return
    running.sha256.update(bytes)
    running.at += bytes.length
    // The least recently written log is forgotten first.
    this.#running.delete(log)
    this.#running.set(log, running)
  }

  /**
   * SHA-256 of the log's first `head` bytes, as lower-case hexadecimal digits. Call this while no
   * append is in progress. Rejects as `LogReader.read` does.
   */
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

  /** Call this when the log is sealed, abandoned or deleted. */
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
