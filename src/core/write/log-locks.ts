import type { LogId } from '../../contract/quantities.ts'

/** Lets one chunk of work at a time touch a log's state; work on other logs goes on. */
export class LogLocks {
  readonly #tails = new Map<LogId, Promise<unknown>>()

  /** Runs `work` when all earlier work on this log is done; resolves and rejects as `work` does. */
  async hold<T>(log: LogId, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(log)
    const mine = (before ?? Promise.resolve()).then(work, work)
    this.#tails.set(log, mine)
    try {
      return await mine
    } finally {
      if (this.#tails.get(log) === mine) this.#tails.delete(log)
    }
  }
}
