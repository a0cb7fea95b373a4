import type { CommandIo } from '../command-line/command.ts'

/** Variables that name a server or credentials. `--profile` takes precedence over them. */
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

/** The environment of a command that was called with `--profile NAME`. */
export function withProfile(io: CommandIo, name: string, keepsEnvironment = false): CommandIo {
  const kept = Object.entries(io.env).filter(
    ([variable]) => keepsEnvironment || !CONNECTION_VARIABLES.includes(variable),
  )
  return { ...io, env: { ...Object.fromEntries(kept), TAILRACE_PROFILE: name } }
}
