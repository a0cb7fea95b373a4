import { parseArgs } from 'node:util'
import { AdministrationClient } from '../../client/administration-client.ts'
import { closestWord } from '../command-line/closest-word.ts'
import { type CommandIo, UsageError } from '../command-line/command.ts'
import { connectionOf, NO_CREDENTIALS } from './connection.ts'
import { retryNotice } from './retry-notice.ts'

/** One action of a command, such as the `list` of `tailrace user list`. */
export interface Action {
  /** Names of the arguments behind the action's own; those in brackets may lack. */
  readonly arguments: readonly string[]
  /** Names of options that take a value. */
  readonly options?: readonly string[]
  run(call: Call): Promise<Result>
}

export interface Call {
  readonly server: AdministrationClient
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, string | undefined>>
  readonly io: CommandIo
}

/** What `--json` prints, and what a person reads. */
export interface Result {
  readonly json: unknown
  readonly text: string
}

/** Runs `tailrace NAME ACTION ...` against the server of the environment. Throws `UsageError` when the call is not of a form that the action has. */
export async function runAction(
  actions: Readonly<Record<string, Action>>,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const [name, ...rest] = args
  const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) throw new UsageError(noSuchAction(name, Object.keys(actions)))
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: Object.fromEntries([
      ['json', { type: 'boolean' as const }],
      ...(action.options ?? []).map(option => [option, { type: 'string' as const }]),
    ]),
  })
  requireArguments(action, positionals)
  const { json, ...options } = values as Record<string, string | undefined> & { json?: boolean }
  const { url, credentials } = connectionOf(io.env)
  if (credentials === undefined) throw new UsageError(NO_CREDENTIALS)
  const server = new AdministrationClient({ url, credentials, ...retryNotice(io) })
  const result = await action.run({ server, args: positionals, options, io })
  io.print(json ? `${JSON.stringify(result.json)}\n` : result.text)
  return 0
}

function noSuchAction(name: string | undefined, known: readonly string[]): string {
  if (name === undefined) return `say what to do: ${known.join(', ')}`
  const meant = closestWord(name, known)
  return `there is no "${name}"; ${meant === undefined ? `there are ${known.join(', ')}` : `did you mean "${meant}"?`}`
}

function requireArguments(action: Action, given: readonly string[]): void {
  const missing = action.arguments.slice(given.length).find(name => !name.startsWith('['))
  if (missing !== undefined) throw new UsageError(`${missing} is missing`)
  if (given.length > action.arguments.length)
    throw new UsageError(`"${given[action.arguments.length]}" is one argument too many`)
}

/** Rows in columns that begin below each other. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  )
  return rows
    .map(
      row =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** The part of a command's usage that all of them share. */
export const CONNECTION_USAGE = `  --json              print JSON instead
  --profile NAME      the login to use instead of the environment

Environment:
  TAILRACE_URL        the server's address; needed
  TAILRACE_USER, TAILRACE_PASSWORD, TAILRACE_DOMAIN, TAILRACE_PROJECT
                      or TAILRACE_AK and TAILRACE_SK, or TAILRACE_TOKEN; they also name the project
`
