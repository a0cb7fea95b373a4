import { type CommandIo, UsageError } from '../command-line/command.ts'

/** What names a server or a caller, and gives way to a profile that is asked for. */
const CONNECTION_VARIABLES = [
  'TAILRACE_URL',
  'TAILRACE_TOKEN',
  'TAILRACE_AK',
  'TAILRACE_SK',
  'TAILRACE_USER',
  'TAILRACE_PASSWORD',
  'TAILRACE_DOMAIN',
  'TAILRACE_PROJECT',
  'TAILRACE_PROJECT_ID',
]

/** Takes `--profile NAME` out of the arguments before "--", for every command; the profile goes before the environment, unless that is to stay. */
export function takeProfile(
  args: readonly string[],
  io: CommandIo,
  keepsEnvironment = false,
): { args: string[]; io: CommandIo } {
  const end = args.indexOf('--')
  const at = args.findIndex((arg, index) => (end < 0 || index < end) && /^--profile(=|$)/.test(arg))
  if (at < 0) return { args: [...args], io }
  const [option = '', next] = args.slice(at)
  const inline = option.includes('=')
  const name = inline ? option.slice('--profile='.length) : next
  if (!name || (!inline && name.startsWith('-'))) throw new UsageError('--profile wants a name')
  const kept = Object.entries(io.env).filter(
    ([variable]) => keepsEnvironment || !CONNECTION_VARIABLES.includes(variable),
  )
  const env = { ...Object.fromEntries(kept), TAILRACE_PROFILE: name }
  return { args: args.toSpliced(at, inline ? 1 : 2), io: { ...io, env } }
}
