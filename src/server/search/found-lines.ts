import { MIB } from '../../contract/quantities.ts'
import type { SearchEnd } from '../../core/search/search-log.ts'

/** The search waits while so much waits to be fetched. */
const WAITING_MAX_BYTES = MIB

/** What a search finds, gathered while earlier lines are on their way: what comes fast goes out in large chunks, what comes alone at once. */
export class FoundLines {
  readonly #search: AsyncGenerator<Uint8Array, SearchEnd>
  readonly #running: Promise<SearchEnd>
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #over = false
  #stopped = false
  #news = Promise.withResolvers<void>()
  #fetched = Promise.withResolvers<void>()

  constructor(search: AsyncGenerator<Uint8Array, SearchEnd>) {
    this.#search = search
    this.#running = this.#run().finally(() => {
      this.#over = true
      this.#news.resolve()
    })
    // A failure is seen when it is asked for.
    this.#running.catch(() => {})
  }

  /** All lines that wait, in a buffer of their own, as soon as there are any, or none at a turn of the search; the end when there are none left. Rejects as the search did, behind the lines it found. */
  async next(): Promise<Uint8Array | SearchEnd> {
    await this.#news.promise
    if (this.#over && this.#waitingBytes === 0) return this.#running
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

  /** Resolves when the search has ended; nobody fetches any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#fetched.resolve()
    await this.#running.catch(() => {})
  }

  async #run(): Promise<SearchEnd> {
    try {
      for (;;) {
        const { value, done } = await this.#search.next()
        if (done) return value
        this.#waiting.push(value)
        this.#waitingBytes += value.length
        this.#news.resolve()
        while (this.#waitingBytes >= WAITING_MAX_BYTES && !this.#stopped) {
          this.#fetched = Promise.withResolvers()
          await this.#fetched.promise
        }
        if (this.#stopped) return NOTHING
      }
    } finally {
      await this.#search.return(NOTHING)
    }
  }
}

const NOTHING: SearchEnd = { count: 0, next: undefined }
