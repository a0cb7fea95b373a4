import type { ByteOffset } from '../contract/quantities.ts'
import { Retries, type RetryOptions } from './repeat.ts'
import { isTransient, ServerUnreachable } from './server-unreachable.ts'

export interface ResumingStreamOptions extends RetryOptions {
  readonly from: ByteOffset
  /** Where the bytes end. undefined: where a body ends without an error. */
  readonly to: ByteOffset | undefined
  /** Opens a body that starts with the byte at `from`. */
  readonly open: (from: ByteOffset, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>
  /** A body that brings no bytes for this many milliseconds is opened again. Default: 60,000. */
  readonly idleTimeoutMs?: number
}

const IDLE_TIMEOUT_MS = 60_000

/**
 * The bytes `[from, to)` as one stream. When a body breaks off, the next one starts at the byte
 * where it ended.
 */
export function resumingStream(options: ResumingStreamOptions): ReadableStream<Uint8Array> {
  const bodies = new Bodies(options)
  return new ReadableStream<Uint8Array>(
    {
      pull: async controller => {
        const bytes = await bodies.next()
        if (bytes === undefined) controller.close()
        else controller.enqueue(bytes)
      },
      cancel: reason => bodies.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

class Bodies {
  readonly #options: ResumingStreamOptions
  readonly #tries: Retries
  readonly #cancelled = new AbortController()
  #at: ByteOffset
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined

  constructor(options: ResumingStreamOptions) {
    this.#options = options
    this.#tries = new Retries(options)
    this.#at = options.from
  }

  /** Resolves to the next bytes, or to undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#at !== this.#options.to) {
      try {
        const bytes = await this.#read()
        if (bytes === undefined) return undefined
        if (bytes.length === 0) continue
        this.#at += bytes.length
        this.#tries.progress()
        return bytes
      } catch (error) {
        await this.#drop(error)
        this.#options.signal?.throwIfAborted()
        // Runtimes report a body that broke off in different ways.
        if (isRefusal(error)) throw error
        await this.#tries.after(error)
      }
    }
    return undefined
  }

  async cancel(reason: unknown): Promise<void> {
    this.#cancelled.abort(reason)
    await this.#drop(reason)
  }

  async #read(): Promise<Uint8Array | undefined> {
    const { to } = this.#options
    this.#reader ??= await this.#open()
    const { done, value } = await this.#inTime(this.#reader.read())
    if (!done) return to === undefined ? value : value.subarray(0, to - this.#at)
    if (to === undefined) return undefined
    throw new ServerUnreachable(`the answer ended ${to - this.#at} bytes too soon`)
  }

  async #inTime<T>(reading: Promise<T>): Promise<T> {
    const { idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#options
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => late.reject(new ServerUnreachable(`nothing came for ${idleTimeoutMs / 1000} seconds`)),
      idleTimeoutMs,
    )
    try {
      return await Promise.race([reading, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  async #open(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const given = this.#options.signal === undefined ? [] : [this.#options.signal]
    const signal = AbortSignal.any([this.#cancelled.signal, ...given])
    return (await this.#options.open(this.#at, signal)).getReader()
  }

  async #drop(reason: unknown): Promise<void> {
    const reader = this.#reader
    this.#reader = undefined
    await reader?.cancel(reason).catch(() => {})
  }
}

/** The server answered, and would answer another try the same way. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'TailraceError' && !isTransient(error)
}

/** The stream without its first `count` bytes. */
export function skipBytes(stream: ReadableStream<Uint8Array>, count: number): ReadableStream<Uint8Array> {
  let toSkip = count
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        const rest = bytes.subarray(Math.min(toSkip, bytes.length))
        toSkip -= bytes.length - rest.length
        if (rest.length > 0) controller.enqueue(rest)
      },
    }),
  )
}
