import { createHash } from 'node:crypto'
import type { ByteOffset } from '../../contract/quantities.ts'
import { LogSegments } from './log-segments.ts'
import type { LogSource } from './log-source.ts'
import { type EndRecord, isBeingWritten, readEnd, type SpoolEntry } from './spool-entry.ts'

const HASH_CHUNK_BYTES = 256 * 1024

/**
 * A log that an earlier process left in the spool. If it has no end, its writer was killed: it ends
 * as ABORTED where the spool ends.
 */
export class SpooledLog implements LogSource {
  readonly sizeBytes: number
  readonly keptFrom: ByteOffset
  readonly end: EndRecord
  readonly #segments: LogSegments

  private constructor(segments: LogSegments, end: EndRecord) {
    this.#segments = segments
    this.sizeBytes = segments.to
    this.keptFrom = segments.from
    this.end = end
  }

  /**
   * undefined while its writer still runs. Rejects as the file system does, for example with ENOENT
   * when it was delivered meanwhile.
   */
  static async open(entry: SpoolEntry): Promise<SpooledLog | undefined> {
    if (await isBeingWritten(entry)) return undefined
    const end = await readEnd(entry)
    const segments = await LogSegments.open(entry.folder)
    try {
      return new SpooledLog(segments, end ?? (await endOfKilled(segments)))
    } catch (error) {
      await segments.close()
      throw error
    }
  }

  read(from: ByteOffset, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#segments.read(from, maxBytes)
  }

  /** Keeps everything until the end, because another process may deliver it too. */
  acknowledge(): void {}

  /** The log is complete and never changes. */
  changed(): Promise<void> {
    return Promise.reject(new Error('a left-over log does not change'))
  }

  close(): Promise<void> {
    return this.#segments.close()
  }
}

/** Without a hash when only the server has the beginning. */
async function endOfKilled(segments: LogSegments): Promise<EndRecord> {
  const end = { outcome: 'ABORTED', sizeBytes: segments.to } as const
  if (segments.from > 0) return end
  const hash = createHash('sha256')
  for (let at = 0; at < segments.to; ) {
    const bytes = await segments.read(at, HASH_CHUNK_BYTES)
    hash.update(bytes)
    at += bytes.length
  }
  return { ...end, sha256: hash.digest('hex') }
}
