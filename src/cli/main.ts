import { terminalText } from '../text/terminal-text.ts'
import { type CommandIo, isGroup, PROFILES_CALL, UsageError } from './command-line/command.ts'
import { actionMissing, type Found, findCommand } from './command-line/find-command.ts'
import { parseCommandLine } from './command-line/parse.ts'
import { withProfile } from './connection/with-profile.ts'
import { PROGRAM } from './program.ts'
import { Interrupted, OutputClosed } from './terminal/process-end.ts'

/** Runs `tailrace ARGS` and resolves to the exit code of the process. */
export async function main(args: readonly string[], io: CommandIo = processIo()): Promise<number> {
  const [name] = args
  if (name === undefined) return warned(io, await overview(), 2)
  if (name === '--help' || name === '-h') return printed(io, await overview())
  if (name === '--version' || name === '-V') return printed(io, `tailrace ${PROGRAM.version}\n`)
  if (name === PROFILES_CALL) return printed(io, await profileLines(io))
  let found: Found
  try {
    found = await findCommand(PROGRAM, args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return warned(io, `tailrace: ${error.message}\n`, 2)
  }
  return asksForHelp(found.rest) ? printed(io, await helpOf(found)) : run(found, name, io)
}

/** Options after "--" belong to the command that `tailrace run` starts. */
function asksForHelp(args: readonly string[]): boolean {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  return own.includes('--help') || own.includes('-h')
}

async function run(found: Found, name: string, io: CommandIo): Promise<number> {
  const { call, entry, rest } = found
  let used = io
  try {
    if (isGroup(entry)) throw actionMissing(found)
    const input = parseCommandLine(call, entry, rest, io.env)
    const profile: unknown = input.options.profile
    if (typeof profile === 'string') used = withProfile(io, profile, entry.keepsProfile)
    return await entry.run(input, used, PROGRAM)
  } catch (error) {
    if (error instanceof OutputClosed) return 0
    if (error instanceof Interrupted) return error.exitCode
    const { explainFailure } = await import('./connection/explain-failure.ts')
    const message = explainFailure(error, name, used.env)
    return warned(used, `tailrace ${name}: ${message}\n`, error instanceof UsageError ? 2 : 1)
  }
}

async function overview(): Promise<string> {
  const { overviewText } = await import('./command-line/help-text.ts')
  return overviewText(PROGRAM)
}

async function helpOf({ call, entry }: Found): Promise<string> {
  const { helpText } = await import('./command-line/help-text.ts')
  return helpText(call, entry)
}

async function profileLines({ env }: CommandIo): Promise<string> {
  const { loginNames } = await import('./connection/login-file.ts')
  try {
    return loginNames(env)
      .map(name => `${name}\n`)
      .join('')
  } catch {
    // A shell that completes has no place for an error.
    return ''
  }
}

function printed(io: CommandIo, text: string): number {
  io.print(text)
  return 0
}

function warned(io: CommandIo, text: string, exitCode: number): number {
  io.warn(text)
  return exitCode
}

function processIo(): CommandIo {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  return {
    env: process.env,
    print: text => void process.stdout.write(shownOn(process.stdout, text)),
    warn: text => void process.stderr.write(shownOn(process.stderr, text)),
  }
}

/** Names and messages may come from others, and hold escape sequences. */
function shownOn(stream: { readonly isTTY?: boolean }, text: string): string {
  return stream.isTTY ? terminalText(text) : text
}
