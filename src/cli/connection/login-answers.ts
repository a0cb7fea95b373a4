import { type CommandIo, UsageError } from '../command-line/command.ts'
import type { Questions } from '../terminal/questions.ts'

/** One value that a login needs, and where it may come from. */
export interface Wanted {
  /** Its name in the question. */
  readonly what: string
  readonly option: string
  /** The value of the option. */
  readonly given: string | undefined
  readonly variable: string
  /** From an earlier login: offered at a terminal, and not used otherwise. */
  readonly known?: string | undefined
  /** Turns the text into the value. Throws `UsageError` for a text that is not valid. */
  readonly read?: (text: string) => string
}

/** The values of a login: from options, from the environment, or from a person at a terminal. */
export class LoginAnswers {
  readonly #questions: Questions
  readonly #io: CommandIo
  readonly #secretVariable: string

  /**
   * When `secretVariable` is set, nothing that the environment names is asked: a script is at work,
   * even on a terminal.
   */
  constructor(questions: Questions, io: CommandIo, secretVariable: string) {
    this.#questions = questions
    this.#io = io
    this.#secretVariable = secretVariable
  }

  /**
   * Asks until there is an answer, with the default in brackets. Throws `UsageError` where there is
   * no answer, and for an option that is not valid.
   */
  async answer(wanted: Wanted): Promise<string> {
    const { given, variable, read = text => text } = wanted
    const { env } = this.#io
    if (given) return read(given)
    const isAsked = this.#questions.isTerminal && !(env[variable] && env[this.#secretVariable])
    if (isAsked) return this.#ask(wanted, env[variable] || wanted.known, read)
    const value = env[variable]
    if (!value) throw missing(wanted)
    return read(value)
  }

  /** A value that is not echoed: the secret variable, or the next line of stdin. */
  async secret(what: string): Promise<string> {
    const variable = this.#secretVariable
    const answer = this.#io.env[variable] || (await this.#questions.answer(`${what}: `, { secret: true }))
    if (!answer) throw new UsageError(`${what} is missing: type it, write it to stdin, or set ${variable}`)
    return answer
  }

  async #ask(wanted: Wanted, fallback: string | undefined, read: (text: string) => string): Promise<string> {
    const question = fallback === undefined ? `${wanted.what}: ` : `${wanted.what} [${fallback}]: `
    for (;;) {
      const answer = await this.#questions.answer(question)
      if (answer === undefined) throw missing(wanted)
      const value = answer.trim() || fallback
      if (value === undefined) continue
      try {
        return read(value)
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        this.#io.warn(`${error.message}\n`)
      }
    }
  }
}

function missing({ what, option, variable }: Wanted): UsageError {
  return new UsageError(`${what} is missing: give ${option}, or set ${variable}`)
}
