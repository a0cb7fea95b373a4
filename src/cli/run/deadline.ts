/** Aborts its signal when nothing happens for too long. */
export class Deadline {
  readonly #waitMs: number
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #limit: NodeJS.Timeout | undefined

  /** Waits without a limit until `begin`. */
  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  /** Aborted when the deadline has passed. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** From now on, the deadline passes after `waitMs` without progress. */
  begin(): void {
    this.#restart()
  }

  progress(): void {
    if (this.#timer !== undefined) this.#restart()
  }

  /** From now on, the deadline passes after `waitMs`, even if there is progress. */
  limit(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#limit = setTimeout(() => this.giveUp(), this.#waitMs)
  }

  /** The deadline passes now. */
  giveUp(): void {
    this.stop()
    this.#controller.abort(new Error('the deadline has passed'))
  }

  /** The deadline never passes. */
  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#limit)
    this.#timer = undefined
  }

  #restart(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.giveUp(), this.#waitMs)
  }
}
