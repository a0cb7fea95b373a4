/** Shares an amount of memory among requests: whoever finds too little left waits in line. */
export class ByteBudget {
  #left: number
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = []

  constructor(maxBytes: number) {
    this.#left = maxBytes
  }

  /** Runs `work` while `bytes` of the budget are its own; `bytes` is at most the whole budget. */
  async spend<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#left < bytes || this.#waiting.length > 0)
      await new Promise<void>(go => {
        this.#waiting.push({ bytes, go })
      })
    else this.#left -= bytes
    try {
      return await work()
    } finally {
      this.#left += bytes
      this.#admit()
    }
  }

  #admit(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && next.bytes <= this.#left;
      next = this.#waiting[0]
    ) {
      this.#waiting.shift()
      this.#left -= next.bytes
      next.go()
    }
  }
}
