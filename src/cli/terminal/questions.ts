import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { type CommandIo, UsageError } from '../command-line/command.ts'
import { Interrupted } from './process-end.ts'

/** Where answers come from and questions go to. */
export interface Questioning {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly ask: (text: string) => void
}

/**
 * Asks questions at a terminal. From any other input, reads answers line by line without asking.
 */
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

  /** The answer, or undefined at the end of the input. A secret answer is not echoed. */
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
    // A terminal in raw mode echoes nothing. The line editor of readline does, into this stream.
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

/**
 * The password to set: TAILRACE_NEW_PASSWORD, or the first line of stdin. A terminal asks for it
 * and does not echo it. It is never an argument: every user of the machine can read those.
 */
export async function readNewPassword(io: CommandIo): Promise<string> {
  const given = io.env.TAILRACE_NEW_PASSWORD
  if (given) return given
  using questions = new Questions({ input: process.stdin, ask: text => io.warn(text) })
  const password = await questions.answer('New password: ', { secret: true })
  if (!password)
    throw new UsageError('no password: set TAILRACE_NEW_PASSWORD, or write the password to stdin')
  return password
}
