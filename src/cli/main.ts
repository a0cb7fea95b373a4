import { systemErrorCode } from '../contract/caught.ts'
import { terminalText } from '../text/terminal-text.ts'
import { closestWord } from './command-line/closest-word.ts'
import { type Command, type CommandIo, UsageError } from './command-line/command.ts'
import { helpOf } from './commands/help.ts'
import { takeProfile } from './connection/take-profile.ts'
import { Interrupted, OutputClosed } from './terminal/process-end.ts'
import { version } from './version.ts'

const FOR_ALL = `Commands that speak to a server take --profile NAME too, the login to use instead of the environment; by default the
environment goes before the login of "tailrace login". Exit codes: 0, 1 for a failure, 2 for wrong usage, 128 + N for an
end by signal N; some commands have more.

tailrace COMMAND --help tells more, tailrace --version the version.
`

type CommandModule = { readonly command: Command }

/** Each is loaded only when it is called, so that `tailrace run` starts without the server's code. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  serve: () => import('./commands/serve.ts'),
  run: () => import('./commands/run.ts'),
  deliver: () => import('./commands/deliver.ts'),
  doctor: () => import('./commands/doctor.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  offline: () => import('./commands/offline.ts'),
  login: () => import('./commands/login.ts'),
  logout: () => import('./commands/logout.ts'),
  builds: () => import('./commands/builds.ts'),
  get: () => import('./commands/get.ts'),
  tail: () => import('./commands/tail.ts'),
  grep: () => import('./commands/grep.ts'),
  import: () => import('./commands/import.ts'),
  project: () => import('./commands/project.ts'),
  user: () => import('./commands/user.ts'),
  key: () => import('./commands/key.ts'),
  completion: async () => ({ command: (await import('./commands/completion.ts')).completionOf(COMMANDS) }),
  help: async () => ({ command: helpOf(usageOf) }),
}

/** Runs `tailrace ARGS` and resolves to the exit code of the process. */
export async function main(args: readonly string[], io: CommandIo = processIo()): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined) return complainWith(io, await overview(), 2)
  if (name === '--help' || name === '-h') return printed(io, await overview())
  if (name === '--version' || name === '-V') return printed(io, `tailrace ${version()}\n`)
  const command = await commandOf(name)
  if (command === undefined) return complainWith(io, `tailrace: ${unknownCommand(name)}\n`, 2)
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (own.includes('--help') || own.includes('-h')) return printed(io, command.usage)
  return runCommand(name, command, rest, io)
}

async function commandOf(name: string): Promise<Command | undefined> {
  return Object.hasOwn(COMMANDS, name) ? (await COMMANDS[name]!()).command : undefined
}

/** Of a command, or all commands. Throws `UsageError` for what is none. */
async function usageOf(name: string | undefined): Promise<string> {
  if (name === undefined) return overview()
  const command = await commandOf(name)
  if (command === undefined) throw new UsageError(unknownCommand(name))
  return command.usage
}

async function runCommand(name: string, command: Command, args: string[], io: CommandIo): Promise<number> {
  let env = io.env
  try {
    const call = takeProfile(args, io, command.keepsProfile)
    env = call.io.env
    return await command.run(call.args, call.io)
  } catch (error) {
    if (error instanceof OutputClosed) return 0
    if (error instanceof Interrupted) return error.exitCode
    const { complaintOf } = await import('./connection/explain-failure.ts')
    const message = complaintOf(error, name, env)
    if (!isUsageError(error)) return complainWith(io, `tailrace ${name}: ${message}\n`, 1)
    return complainWith(io, `tailrace ${name}: ${message}\nSee: tailrace ${name} --help\n`, 2)
  }
}

/** Node's own parser of arguments reports wrong usage by these codes. */
function isUsageError(error: unknown): boolean {
  if (error instanceof UsageError) return true
  return systemErrorCode(error)?.startsWith('ERR_PARSE_ARGS_') ?? false
}

function unknownCommand(name: string): string {
  const meant = closestWord(name, Object.keys(COMMANDS))
  const hint = meant === undefined ? 'See: tailrace --help' : `Did you mean "${meant}"?`
  return `there is no command "${name}". ${hint}`
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(COMMANDS).map(
      async ([name, load]) => `  ${name.padEnd(11)}${(await load()).command.summary}`,
    ),
  )
  return `Usage: tailrace COMMAND [OPTION]...\n\n${lines.join('\n')}\n\n${FOR_ALL}`
}

function printed(io: CommandIo, text: string): number {
  io.print(text)
  return 0
}

function complainWith(io: CommandIo, text: string, exitCode: number): number {
  io.complain(text)
  return exitCode
}

function processIo(): CommandIo {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  return {
    env: process.env,
    print: text => void process.stdout.write(shownOn(process.stdout, text)),
    complain: text => void process.stderr.write(shownOn(process.stderr, text)),
  }
}

/** Names and messages come from others too. */
function shownOn(stream: { readonly isTTY?: boolean }, text: string): string {
  return stream.isTTY ? terminalText(text) : text
}
