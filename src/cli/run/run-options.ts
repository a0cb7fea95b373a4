import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UUID_PATTERN } from '../../contract/ids.ts'
import { NAME_MAX_CHARACTERS, STEP_ID_MAX } from '../../contract/limits.ts'
import { MIB } from '../../contract/quantities.ts'
import { UsageError } from '../command-line/command.ts'
import { isName } from './names.ts'

/** What waits of one log at most, unless told otherwise. */
export const SPOOL_MAX_DEFAULT_MIB = 4096

type Environment = Readonly<Record<string, string | undefined>>

export interface RunOptions {
  readonly command: readonly [string, ...string[]]
  readonly jobName: string
  /** The same where the caller gave it. */
  readonly namedJob?: string
  readonly stepName: string
  readonly stepId?: number
  readonly recordId: string
  /** The record is another's: a build that is there already, or that several runs make together. */
  readonly joins: boolean
  readonly finishesBuild: boolean
  readonly source?: string
  /** A file for the ids of the step, in a form that a shell reads. */
  readonly idsFile?: string
  readonly raw: boolean
  readonly quiet: boolean
  /** Names of variables to mask beside those that look secret. */
  readonly maskNames: readonly string[]
  readonly spool: string
  /** So many bytes of the log wait in the spool at most. */
  readonly spoolMaxBytes: number
  readonly waitMs: number
}

const FLAGS = {
  job: { type: 'string' },
  step: { type: 'string' },
  'step-id': { type: 'string' },
  record: { type: 'string' },
  finish: { type: 'boolean', default: false },
  source: { type: 'string' },
  ids: { type: 'string' },
  raw: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  mask: { type: 'string', multiple: true },
  spool: { type: 'string' },
  'spool-max': { type: 'string' },
  wait: { type: 'string', default: '15' },
} as const

/** Reads the command line of `tailrace run`. Throws `UsageError`, or an error of `parseArgs`. */
export function parseRunOptions(args: readonly string[], env: Environment): RunOptions {
  const separator = args.indexOf('--')
  const [program, ...rest] = separator < 0 ? [] : args.slice(separator + 1)
  if (program === undefined) throw new UsageError('the command stands behind "--": tailrace run -- make all')
  const { values } = parseArgs({ args: args.slice(0, separator), options: FLAGS, strict: true })
  const stepId = values['step-id'] === undefined ? undefined : stepIdOf(values['step-id'])
  const source = values.source === undefined ? undefined : nameOf('--source', values.source)
  return {
    command: [program, ...rest],
    jobName: nameOf('--job', values.job ?? (basename(process.cwd()) || 'job')),
    ...(values.job !== undefined && { namedJob: values.job }),
    stepName: nameOf('--step', values.step ?? basename(program)),
    ...(stepId !== undefined && { stepId }),
    recordId: values.record === undefined ? randomUUID() : recordIdOf(values.record),
    joins: values.record !== undefined,
    finishesBuild: values.record === undefined || values.finish,
    ...(source !== undefined && { source }),
    ...(values.ids !== undefined && { idsFile: resolve(values.ids) }),
    raw: values.raw,
    quiet: values.quiet,
    maskNames: values.mask ?? [],
    spool: spoolDirectory(values.spool, env),
    spoolMaxBytes: spoolMaxBytesOf(values['spool-max'], env),
    waitMs: waitMsOf(values.wait),
  }
}

/** Where logs wait: the flag, TAILRACE_SPOOL, or the user's folder for state (XDG Base Directory). */
export function spoolDirectory(flag: string | undefined, env: Environment): string {
  const chosen = flag ?? env.TAILRACE_SPOOL
  if (chosen) return resolve(chosen)
  const state = env.XDG_STATE_HOME
  return join(state?.startsWith('/') ? state : join(env.HOME || homedir(), '.local/state'), 'tailrace/spool')
}

/** Bytes of `--spool-max MIB` or TAILRACE_SPOOL_MAX_MIB. */
function spoolMaxBytesOf(flag: string | undefined, env: Environment): number {
  const text = (flag ?? env.TAILRACE_SPOOL_MAX_MIB) || String(SPOOL_MAX_DEFAULT_MIB)
  if (!/^[1-9][0-9]{0,8}$/.test(text))
    throw new UsageError(
      `--spool-max (TAILRACE_SPOOL_MAX_MIB) is a whole number of MiB from 1 on, not ${text}`,
    )
  return Number(text) * MIB
}

/** Milliseconds of `--wait SECONDS`. Throws `UsageError`. */
export function waitMsOf(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new UsageError(`--wait is a whole number of seconds, not ${text}`)
  return Number(text) * 1000
}

function nameOf(flag: string, text: string): string {
  if (!isName(text))
    throw new UsageError(
      `${flag} is 1 to ${NAME_MAX_CHARACTERS} characters in one line without outer blanks, not "${text}"`,
    )
  return text
}

function stepIdOf(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new UsageError(`--step-id is a number from 1 to ${STEP_ID_MAX}`)
  return Number(text)
}

function recordIdOf(text: string): string {
  const recordId = text.toLowerCase()
  if (!new RegExp(UUID_PATTERN).test(recordId)) throw new UsageError(`--record is a UUID, not ${text}`)
  return recordId
}
