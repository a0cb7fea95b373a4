import { defineCommand, UsageError } from '../command-line/command.ts'
import { findCommand } from '../command-line/find-command.ts'

export const command = defineCommand({
  name: 'help',
  summary: 'Show help for a command',
  description: `Show help for a command, as "tailrace COMMAND --help" does. Without COMMAND, list
all commands.`,
  arguments: {
    command: { name: 'COMMAND', optional: true, completes: 'command', help: 'The command.' },
    action: {
      name: 'ACTION',
      optional: true,
      help: 'One action of the command, such as "create" of "user".',
    },
  },
  options: {},
  examples: [
    { line: 'tailrace help run', does: 'Show help for "tailrace run".' },
    { line: 'tailrace help user create', does: 'Show help for one action.' },
  ],
  async run({ args }, io, program) {
    const { helpText, overviewText } = await import('../command-line/help-text.ts')
    if (args.command === undefined) {
      io.print(await overviewText(program))
      return 0
    }
    const words = [args.command, ...(args.action === undefined ? [] : [args.action])]
    const { call, entry, rest } = await findCommand(program, words)
    if (rest.length > 0) throw new UsageError(`"tailrace ${call}" has no action "${rest[0]}"`)
    io.print(helpText(call, entry))
    return 0
  },
})
