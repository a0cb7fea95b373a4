import { STATUS_CODES, type Status } from '../../contract/records/status.ts'
import type { Build, Outcome, Step } from '../../core/ports/build-catalog.ts'

/** The status of a build: its outcome, or RUNNING until it has one. */
export function buildStatus({ outcome }: Build): Outcome | 'RUNNING' {
  return outcome ?? 'RUNNING'
}

/** The status of a step (docs/decisions/0003-how-look-ups-answer.md). */
export function stepStatus({ state, outcome }: Step): Status {
  if (state === 'sealed') return outcome ?? 'UNKNOWN'
  if (state === 'running') return 'RUNNING'
  if (state === 'waiting') return 'WAITING'
  return state === 'skipped' ? 'ABORTED' : 'UNKNOWN'
}

/** A status as a word and as a number. */
export function withCode(status: Status): { status: Status; status_code: number } {
  return { status, status_code: STATUS_CODES[status] }
}

/** Whether a build runs, in the words of the CodeArts Build API. */
export function runningStatus({ outcome }: Build): 'Running' | 'Finished' {
  return outcome === undefined ? 'Running' : 'Finished'
}
