import { MIB } from '../../contract/quantities.ts'

/** The search pauses while this many bytes wait to be fetched. */
const WAITING_MAX_BYTES = MIB

/**
 * Gathers what a search finds until it is fetched. A fast search goes out in large chunks; a lone
 * hit goes out at once.
 */
export class FoundLines {
  readonly #search: AsyncIterable<Uint8Array>
  readonly #running: Promise<void>
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #over = false
  #stopped = false
  #news = Promise.withResolvers<void>()
  #fetched = Promise.withResolvers<void>()

  constructor(search: AsyncIterable<Uint8Array>) {
    this.#search = search
    this.#running = this.#run().finally(() => {
      this.#over = true
      this.#news.resolve()
    })
    // `next` and `stop` report a failure.
    this.#running.catch(() => {})
  }

  /**
   * Resolves to all lines that wait, in a buffer of their own, as soon as there are any; to an
   * empty buffer at a turn of the search; to undefined after the last line. Rejects as the search
   * does, after the lines it found.
   */
  async next(): Promise<Uint8Array | undefined> {
    await this.#news.promise
    if (this.#over && this.#waitingBytes === 0) {
      await this.#running
      return undefined
    }
    const lines = new Uint8Array(this.#waitingBytes)
    let at = 0
    for (const bytes of this.#waiting) {
      lines.set(bytes, at)
      at += bytes.length
    }
    this.#waiting = []
    this.#waitingBytes = 0
    if (!this.#over) this.#news = Promise.withResolvers()
    this.#fetched.resolve()
    return lines
  }

  /** Ends the search and resolves when it has ended. Lines that were not fetched are lost. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#fetched.resolve()
    await this.#running.catch(() => {})
  }

  async #run(): Promise<void> {
    for await (const lines of this.#search) {
      this.#waiting.push(lines)
      this.#waitingBytes += lines.length
      this.#news.resolve()
      while (this.#waitingBytes >= WAITING_MAX_BYTES && !this.#stopped) {
        this.#fetched = Promise.withResolvers()
        await this.#fetched.promise
      }
      if (this.#stopped) return
    }
  }
}
