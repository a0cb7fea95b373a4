import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type CommandIo, UsageError } from './command.ts'

/** A password that is to be set: TAILRACE_NEW_PASSWORD, else the first line of stdin; at a terminal it is asked for and not shown. It is never an argument, which every user of the machine could see. */
export async function readNewPassword(io: CommandIo): Promise<string> {
  const given = io.env.TAILRACE_NEW_PASSWORD
  if (given) return given
  const isTerminal = process.stdin.isTTY === true
  if (isTerminal) io.complain('New password: ')
  const line = await firstLine(isTerminal)
  if (isTerminal) io.complain('\n')
  if (!line) throw new UsageError('no password: set TAILRACE_NEW_PASSWORD, or write the password to stdin')
  return line
}

async function firstLine(isTerminal: boolean): Promise<string | undefined> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal })
  try {
    for await (const line of lines) return line
    return undefined
  } finally {
    lines.close()
    process.stdin.destroy()
  }
}
