import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { LogReader } from '../read/reader/log-reader.ts'
import { CHUNK_MAX_BYTES, type LogChunk, readChunk } from './log-chunk.ts'

/** How many chunks are cached: enough for followers that are at the same place, not a history. */
const KEPT_CHUNKS = 64

/**
 * Reads each chunk once for all followers of a log, so that hundreds of them at its head cost one
 * read.
 */
export class SharedChunks {
  readonly #reader: LogReader
  readonly #recent = new Map<string, Promise<LogChunk | undefined>>()

  constructor(reader: LogReader) {
    this.#reader = reader
  }

  /** Resolves as `readChunk` does, to the same object for equal arguments. */
  read(log: LogId, start: ByteOffset, head: ByteOffset, finished: boolean): Promise<LogChunk | undefined> {
    // Far below the head, a chunk does not depend on the head.
    const key = `${log}/${start}/${Math.min(head, start + 2 * CHUNK_MAX_BYTES)}/${finished}`
    const known = this.#recent.get(key)
    if (known !== undefined) return known
    const reading = readChunk(this.#reader, log, start, head, finished)
    this.#recent.set(key, reading)
    reading.catch(() => this.#recent.delete(key))
    if (this.#recent.size > KEPT_CHUNKS) this.#recent.delete(this.#recent.keys().next().value!)
    return reading
  }
}
