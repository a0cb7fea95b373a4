import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { BytesLost, type LogSource } from './log-source.ts'
import { type EndRecord, isBeingWritten, readEnd, type SpoolEntry } from './spool-entry.ts'

const HASH_CHUNK_BYTES = 256 * 1024

/** A log that an earlier process left in the spool. One without an end is the log of a process that was killed: it ends as ABORTED with what is there. */
export class SpooledLog implements LogSource {
  readonly sizeBytes: number
  readonly end: EndRecord
  readonly #file: FileHandle

  private constructor(file: FileHandle, sizeBytes: number, end: EndRecord) {
    this.#file = file
    this.sizeBytes = sizeBytes
    this.end = end
  }

  /** undefined when its writer is still at work. Rejects as the file system does, so with ENOENT when it was delivered meanwhile. */
  static async open(entry: SpoolEntry): Promise<SpooledLog | undefined> {
    if (await isBeingWritten(entry)) return undefined
    const end = await readEnd(entry)
    const file = await open(entry.logPath, 'r')
    try {
      const { size } = await file.stat()
      return new SpooledLog(
        file,
        size,
        end ?? { outcome: 'ABORTED', sizeBytes: size, sha256: await sha256Of(file) },
      )
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async read(from: number, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(Math.min(maxBytes, Math.max(this.sizeBytes - from, 0)))
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, from)
    if (bytesRead === 0) throw new BytesLost(from)
    return bytes.subarray(0, bytesRead)
  }

  acknowledge(): void {}

  /** Never: it is whole. */
  changed(): Promise<void> {
    return Promise.reject(new Error('a left-over log does not change'))
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

async function sha256Of(file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(HASH_CHUNK_BYTES)
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(chunk.subarray(0, bytesRead))
    at += bytesRead
  }
}
