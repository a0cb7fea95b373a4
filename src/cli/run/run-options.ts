import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { MIB } from '../../contract/quantities.ts'
import type { Environment } from '../command-line/command.ts'
import { readName } from '../command-line/read-values.ts'

/** The options of `tailrace run`, as they are declared in commands/run.ts. */
interface GivenOptions {
  readonly job: string | undefined
  readonly step: string | undefined
  readonly 'step-id': number | undefined
  readonly record: string | undefined
  readonly finish: boolean
  readonly source: string | undefined
  readonly ids: string | undefined
  readonly raw: boolean
  readonly quiet: boolean
  readonly mask: readonly string[]
  readonly spool: string | undefined
  readonly 'spool-max': number
  /** Milliseconds. */
  readonly wait: number
}

export interface RunOptions {
  readonly command: readonly [string, ...string[]]
  readonly jobName: string
  /** The job that the user named. */
  readonly namedJob?: string
  readonly stepName: string
  readonly stepId?: number
  readonly recordId: string
  /** The user named the record: the build may exist, or several runs create it together. */
  readonly joins: boolean
  readonly finishesBuild: boolean
  readonly source?: string
  /** A file for the ids of the step, in a form that a shell reads. */
  readonly idsFile?: string
  readonly raw: boolean
  readonly quiet: boolean
  /** Names of variables to mask besides those that look secret. */
  readonly maskNames: readonly string[]
  readonly spool: string
  /** How many bytes of the log the spool holds at most. */
  readonly spoolMaxBytes: number
  readonly waitMs: number
}

/**
 * Completes the options with names from the folder and the command. Throws `UsageError` where they
 * are not valid.
 */
export function runOptions(
  given: GivenOptions,
  command: readonly [string, ...string[]],
  env: Environment,
): RunOptions {
  const { job, step, 'step-id': stepId, record, source, ids } = given
  return {
    command,
    jobName: job ?? readName(basename(process.cwd()) || 'job', '--job'),
    ...(job !== undefined && { namedJob: job }),
    stepName: step ?? readName(basename(command[0]), '--step'),
    ...(stepId !== undefined && { stepId }),
    recordId: record ?? randomUUID(),
    joins: record !== undefined,
    finishesBuild: record === undefined || given.finish,
    ...(source !== undefined && { source }),
    ...(ids !== undefined && { idsFile: resolve(ids) }),
    raw: given.raw,
    quiet: given.quiet,
    maskNames: given.mask,
    spool: spoolDirectory(given.spool, env),
    spoolMaxBytes: given['spool-max'] * MIB,
    waitMs: given.wait,
  }
}

/** The spool: the option, TAILRACE_SPOOL, or a folder in the user's state (XDG Base Directory). */
export function spoolDirectory(option: string | undefined, env: Environment): string {
  const chosen = option ?? env.TAILRACE_SPOOL
  if (chosen) return resolve(chosen)
  const state = env.XDG_STATE_HOME
  return join(state?.startsWith('/') ? state : join(env.HOME || homedir(), '.local/state'), 'tailrace/spool')
}
