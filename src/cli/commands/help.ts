import { type Command, UsageError } from '../command-line/command.ts'

const USAGE = `Usage: tailrace help [COMMAND]

Tells what COMMAND does and takes, as "tailrace COMMAND --help" does; without it, which commands there are.
`

/** The command; `usageOf` resolves to a command's usage, without a name to the list of all, and throws `UsageError` for what is none. */
export function helpOf(usageOf: (name: string | undefined) => Promise<string>): Command {
  return {
    summary: 'Tell what a command does and takes',
    usage: USAGE,
    async run([name, ...others], io) {
      if (others.length > 0) throw new UsageError(`"${others[0]}" is one argument too many`)
      io.print(await usageOf(name))
      return 0
    },
  }
}
