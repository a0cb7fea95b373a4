/** What the declarations of `run` and `deliver` have in common. */
import { type Option, UsageError } from '../command-line/command.ts'

export const SPOOL = {
  value: 'DIR',
  completes: 'file',
  env: 'TAILRACE_SPOOL',
  defaultText: 'tailrace/spool in $XDG_STATE_HOME or ~/.local/state',
  help: 'Where logs wait until they are delivered',
} as const satisfies Option

export const WAIT = {
  value: 'SECONDS',
  default: '15',
  read: waitMsOf,
  help: 'How long to wait for the server without progress',
} as const satisfies Option

/** Milliseconds. */
function waitMsOf(text: string, source: string): number {
  if (!/^[0-9]{1,6}$/.test(text))
    throw new UsageError(`${source} must be a whole number of seconds, not "${text}"`)
  return Number(text) * 1000
}
