import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { Interrupted } from './process-end.ts'

/** Where answers come from and questions go to. */
export interface Questioning {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly ask: (text: string) => void
}

/** Asks a person at a terminal; of anything else, reads line by line without asking. */
export class Questions implements Disposable {
  readonly #questioning: Questioning
  readonly #interrupted = Promise.withResolvers<never>()
  #lines: Interface | undefined
  #answers: AsyncIterator<string> | undefined
  #echoes = true

  /** Nothing is read before the first question. */
  constructor(questioning: Questioning) {
    this.#questioning = questioning
    this.#interrupted.promise.catch(() => {})
  }

  get isTerminal(): boolean {
    return this.#questioning.input.isTTY === true
  }

  /** The answer; undefined when there are no more. A secret one is not shown. */
  async answer(question: string, options: { readonly secret?: boolean } = {}): Promise<string | undefined> {
    const { ask } = this.#questioning
    if (this.isTerminal) ask(question)
    this.#echoes = !options.secret
    this.#answers ??= this.#open()[Symbol.asyncIterator]()
    const { done, value } = await Promise.race([this.#answers.next(), this.#interrupted.promise])
    if (this.isTerminal && options.secret) ask('\n')
    return done ? undefined : value
  }

  [Symbol.dispose](): void {
    if (this.#lines === undefined) return
    this.#lines.close()
    if (this.#questioning.input === process.stdin) process.stdin.destroy()
  }

  #open(): Interface {
    const { input, ask } = this.#questioning
    // A terminal in raw mode echoes nothing by itself: the editor of lines does, into this.
    const output = new Writable({
      write: (chunk, _encoding, done) => {
        if (this.#echoes) ask(String(chunk))
        done()
      },
    })
    this.#lines = createInterface({ input, output, terminal: this.isTerminal })
    return this.#lines.on('SIGINT', () => this.#interrupted.reject(new Interrupted('SIGINT')))
  }
}
