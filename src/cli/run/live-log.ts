import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { MIB } from '../../contract/quantities.ts'
import { BytesLost, type LogSource } from './log-source.ts'
import type { EndRecord } from './spool-entry.ts'

/** Bytes that wait in memory at most when the spool can't be written. */
const MEMORY_MAX_BYTES = 16 * MIB

export interface LiveLogOptions {
  /** Open for reading and writing, and empty; absent when there is no spool. */
  readonly file?: Pick<FileHandle, 'read' | 'write'>
  /** The line that stands where `bytes` bytes of output could not be kept. */
  readonly describeGap: (bytes: number) => Uint8Array
  /** Called once, when the spool fails. */
  readonly onSpoolFailed: (error: Error) => void
}

/**
 * The log of a command that runs: written to the spool's file and, once that fails, held in memory until the server has
 * it. What finds no room there either is left out, and a line says how much. Calls of `append` and `end` come one after the other.
 */
export class LiveLog implements LogSource {
  readonly #options: LiveLogOptions
  readonly #hash = createHash('sha256')
  #fileFails: boolean
  #fileBytes = 0
  #sizeBytes = 0
  /** Follows the file's bytes, but for what was acknowledged. */
  #memory: Uint8Array[] = []
  #memoryBytes = 0
  #isFull = false
  #gapBytes = 0
  #end: EndRecord | undefined
  #change = Promise.withResolvers<void>()

  constructor(options: LiveLogOptions) {
    this.#options = options
    this.#fileFails = options.file === undefined
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get end(): EndRecord | undefined {
    return this.#end
  }

  /** Whether the spool's file holds the whole log. */
  get isSpooled(): boolean {
    return this.#fileBytes === this.#sizeBytes && this.#gapBytes === 0
  }

  /** Never rejects: what can't be kept is counted. */
  async append(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    const inFile = this.#fileFails ? 0 : await this.#writeToFile(bytes)
    this.#count(bytes.subarray(0, inFile))
    if (inFile < bytes.length) this.#remember(bytes.subarray(inFile))
    this.#announce()
  }

  /** The log is whole. Tries once more to bring what is in memory into the spool. */
  async finish(outcome: EndRecord['outcome']): Promise<EndRecord> {
    if (this.#gapBytes > 0) this.#closeGap()
    if (this.#sizeBytes - this.#memoryBytes === this.#fileBytes) await this.#moveToFile()
    this.#end = { outcome, sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') }
    this.#announce()
    return this.#end
  }

  async read(from: number, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (from < this.#fileBytes) return this.#readFile(from, Math.min(maxBytes, this.#fileBytes - from))
    const memoryBegin = this.#sizeBytes - this.#memoryBytes
    if (from < memoryBegin) throw new BytesLost(from)
    const all = Buffer.concat(this.#memory)
    return Uint8Array.from(all.subarray(from - memoryBegin, from - memoryBegin + maxBytes))
  }

  acknowledge(head: number): void {
    while (this.#memory.length > 0) {
      const first = this.#memory[0]!
      if (this.#sizeBytes - this.#memoryBytes + first.length > head) break
      this.#memory.shift()
      this.#memoryBytes -= first.length
    }
    if (this.#memoryBytes <= MEMORY_MAX_BYTES / 2) this.#isFull = false
  }

  async changed(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([this.#change.promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #announce(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  #count(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    this.#sizeBytes += bytes.length
  }

  /** Resolves to how many bytes were written: fewer than given once the file fails. */
  async #writeToFile(bytes: Uint8Array): Promise<number> {
    let done = 0
    try {
      while (done < bytes.length) {
        const rest = bytes.subarray(done)
        const { bytesWritten } = await this.#options.file!.write(rest, 0, rest.length, this.#fileBytes)
        done += bytesWritten
        this.#fileBytes += bytesWritten
      }
    } catch (error) {
      if (!this.#fileFails) this.#options.onSpoolFailed(error as Error)
      this.#fileFails = true
    }
    return done
  }

  #remember(bytes: Uint8Array): void {
    if (this.#memoryBytes + bytes.length > MEMORY_MAX_BYTES) this.#isFull = true
    if (this.#isFull) {
      this.#gapBytes += bytes.length
      return
    }
    if (this.#gapBytes > 0) this.#closeGap()
    this.#keep(bytes.slice())
  }

  #closeGap(): void {
    this.#keep(this.#options.describeGap(this.#gapBytes))
    this.#gapBytes = 0
  }

  #keep(bytes: Uint8Array): void {
    this.#memory.push(bytes)
    this.#memoryBytes += bytes.length
    this.#count(bytes)
  }

  async #moveToFile(): Promise<void> {
    if (this.#options.file === undefined) return
    while (this.#memory.length > 0) {
      const first = this.#memory[0]!
      const done = await this.#writeToFile(first)
      this.#memoryBytes -= done
      if (done < first.length) {
        this.#memory[0] = first.subarray(done)
        return
      }
      this.#memory.shift()
    }
  }

  async #readFile(from: number, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(maxBytes)
    const { bytesRead } = await this.#options.file!.read(bytes, 0, maxBytes, from)
    if (bytesRead === 0) throw new BytesLost(from)
    return bytes.subarray(0, bytesRead)
  }
}
