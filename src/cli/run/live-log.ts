import { createHash } from 'node:crypto'
import { type ByteOffset, MIB } from '../../contract/quantities.ts'
import type { LogSegments } from './log-segments.ts'
import { BytesLost, type LogSource } from './log-source.ts'
import type { EndRecord } from './spool-entry.ts'

/** How many bytes wait in memory at most when the spool cannot be written. */
const MEMORY_MAX_BYTES = 16 * MIB
/** A log is kept or cut in chunks of at most this size, and of at most this share of the spool. */
const CHUNK_MAX_BYTES = MIB
const CHUNK_OF_SPOOL = 8
const LINE_FEED = 0x0a

export interface LiveLogOptions {
  /** Empty segments; absent when there is no spool. */
  readonly segments?: Pick<LogSegments, 'from' | 'to' | 'append' | 'read' | 'dropBefore'>
  /** How many bytes wait in the spool at most. */
  readonly spoolMaxBytes: number
  /**
   * If the server accepts nothing for this many milliseconds, output is no longer held back.
   */
  readonly waitMs: number
  /** The line that replaces `bytes` bytes that could not be kept. */
  readonly describeGap: (bytes: number) => Uint8Array
  /** Called once, when the spool fails. */
  readonly onSpoolFailed: (error: unknown) => void
}

/**
 * The log of a running command. It is kept in the spool until the server has it or, if the spool
 * fails, in memory. When that is full, `append` waits while the server accepts bytes. Bytes that
 * find no room are left out, and a line says how many. `append` and `finish` must not be called
 * concurrently.
 */
export class LiveLog implements LogSource {
  readonly #options: LiveLogOptions
  readonly #chunkBytes: number
  readonly #hash = createHash('sha256')
  #spoolFails: boolean
  #sizeBytes = 0
  #endsLine = true
  /** The bytes that follow those in the spool and are not acknowledged. */
  #memory: Uint8Array[] = []
  #memoryBytes = 0
  #isFull = false
  #gapBytes = 0
  #lostBytes = 0
  #head: ByteOffset = 0
  #takenMs = performance.now()
  #taken = Promise.withResolvers<void>()
  #end: EndRecord | undefined
  #change = Promise.withResolvers<void>()

  constructor(options: LiveLogOptions) {
    this.#options = options
    this.#chunkBytes = Math.min(CHUNK_MAX_BYTES, Math.ceil(options.spoolMaxBytes / CHUNK_OF_SPOOL))
    this.#spoolFails = options.segments === undefined
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get end(): EndRecord | undefined {
    return this.#end
  }

  get keptFrom(): ByteOffset {
    return this.#options.segments?.from ?? this.#memoryBegin
  }

  /** Whether all bytes that the server has not acknowledged are in the spool. */
  get isSpooled(): boolean {
    return this.#spooledTo === this.#sizeBytes && this.#gapBytes === 0
  }

  /** The number of bytes that were left out. */
  get lostBytes(): number {
    return this.#lostBytes
  }

  /** Resolves when the bytes are kept or left out. Never rejects. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += this.#chunkBytes) {
      const chunk = bytes.subarray(at, at + this.#chunkBytes)
      if (await this.#hasRoom(chunk.length)) {
        if (this.#gapBytes > 0) await this.#closeGap()
        await this.#keep(chunk)
      } else {
        this.#gapBytes += chunk.length
        this.#lostBytes += chunk.length
      }
    }
  }

  /** Ends the log. Tries once more to move the bytes in memory to the spool. */
  async finish(outcome: EndRecord['outcome']): Promise<EndRecord> {
    if (this.#gapBytes > 0) await this.#closeGap()
    if (this.#memoryBegin === this.#spooledTo) await this.#moveToSpool()
    this.#end = { outcome, sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') }
    this.#announce()
    return this.#end
  }

  async read(from: ByteOffset, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const { segments } = this.#options
    if (segments !== undefined && from < segments.to) return segments.read(from, maxBytes)
    if (from < this.#memoryBegin) throw new BytesLost(from)
    const all = Buffer.concat(this.#memory)
    const at = from - this.#memoryBegin
    return Uint8Array.from(all.subarray(at, at + maxBytes))
  }

  acknowledge(head: ByteOffset): void {
    if (head <= this.#head) return
    this.#head = head
    this.#options.segments?.dropBefore(head)
    while (this.#memory.length > 0 && this.#memoryBegin + this.#memory[0]!.length <= head)
      this.#memoryBytes -= this.#memory.shift()!.length
    this.#takenMs = performance.now()
    this.#taken.resolve()
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

  get #spooledTo(): ByteOffset {
    return this.#options.segments?.to ?? 0
  }

  get #memoryBegin(): ByteOffset {
    return this.#sizeBytes - this.#memoryBytes
  }

  /** Waits for room while the server accepts bytes. Resolves to whether there is room. */
  async #hasRoom(bytes: number): Promise<boolean> {
    while (!this.#fits(bytes)) {
      this.#isFull = true
      const leftMs = this.#takenMs + this.#options.waitMs - performance.now()
      if (leftMs <= 0) return false
      this.#taken = Promise.withResolvers()
      const timer = setTimeout(this.#taken.resolve, leftMs)
      await this.#taken.promise
      clearTimeout(timer)
    }
    this.#isFull = false
    return true
  }

  /** After it was full, there is room again when it is half empty, so that a log has few gaps. */
  #fits(bytes: number): boolean {
    const { segments, spoolMaxBytes } = this.#options
    const [kept, most] =
      segments === undefined || this.#spoolFails
        ? [this.#memoryBytes, MEMORY_MAX_BYTES]
        : [segments.to - segments.from, spoolMaxBytes]
    return this.#isFull ? kept <= most / 2 : kept + bytes <= most
  }

  #closeGap(): Promise<void> {
    const line = this.#options.describeGap(this.#gapBytes)
    this.#gapBytes = 0
    return this.#keep(this.#endsLine ? line : Buffer.concat([Uint8Array.of(LINE_FEED), line]))
  }

  async #keep(bytes: Uint8Array): Promise<void> {
    const inSpool = this.#spoolFails ? 0 : await this.#writeToSpool(bytes)
    this.#hash.update(bytes)
    this.#sizeBytes += bytes.length
    this.#endsLine = bytes.at(-1) === LINE_FEED
    if (inSpool < bytes.length) this.#memory.push(bytes.slice(inSpool))
    this.#memoryBytes += bytes.length - inSpool
    this.#announce()
  }

  #announce(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  /** Resolves to the number of bytes written: fewer than given when the spool fails. */
  async #writeToSpool(bytes: Uint8Array): Promise<number> {
    const before = this.#spooledTo
    try {
      await this.#options.segments!.append(bytes)
    } catch (error) {
      if (!this.#spoolFails) this.#options.onSpoolFailed(error)
      this.#spoolFails = true
    }
    return this.#spooledTo - before
  }

  async #moveToSpool(): Promise<void> {
    if (this.#options.segments === undefined) return
    while (this.#memory.length > 0) {
      const first = this.#memory[0]!
      const done = await this.#writeToSpool(first)
      this.#memoryBytes -= done
      if (done < first.length) {
        this.#memory[0] = first.subarray(done)
        return
      }
      this.#memory.shift()
    }
  }
}
