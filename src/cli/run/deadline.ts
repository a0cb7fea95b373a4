/** Gives up when nothing happens for too long, or at once when told to. */
export class Deadline {
  readonly #waitMs: number
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #limit: NodeJS.Timeout | undefined

  /** Has no end until `begin`. */
  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  /** Aborts when deadline is at its end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** From now on, `waitMs` without a sign of progress are too long. */
  begin(): void {
    this.#restart()
  }

  progress(): void {
    if (this.#timer !== undefined) this.#restart()
  }

  /** From now on, progress or not, there are `waitMs` left. */
  limit(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#limit = setTimeout(() => this.giveUp(), this.#waitMs)
  }

  giveUp(): void {
    this.stop()
    this.#controller.abort(new Error('no time was left to send it'))
  }

  /** Nothing is waited for any more. */
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
