import type { Step } from '../ports/build-catalog.ts'

/** True when nothing is expected of the step's log any more. A skipped step still takes late bytes, which make it running. */
export function isFinished({ state }: Pick<Step, 'state'>): boolean {
  return state === 'sealed' || state === 'skipped'
}
