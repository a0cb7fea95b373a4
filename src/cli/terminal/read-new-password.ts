import { type CommandIo, UsageError } from '../command-line/command.ts'
import { Questions } from './questions.ts'

/** A password that is to be set: TAILRACE_NEW_PASSWORD, else the first line of stdin; at a terminal it is asked for and not shown. It is never an argument, which every user of the machine could see. */
export async function readNewPassword(io: CommandIo): Promise<string> {
  const given = io.env.TAILRACE_NEW_PASSWORD
  if (given) return given
  using questions = new Questions({ input: process.stdin, ask: text => io.complain(text) })
  const password = await questions.answer('New password: ', { secret: true })
  if (!password)
    throw new UsageError('no password: set TAILRACE_NEW_PASSWORD, or write the password to stdin')
  return password
}
