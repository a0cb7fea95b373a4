import type { ShowBuildAnswer } from '../../contract/operations/reading/show-build.ts'
import type { EndRecord } from './spool-entry.ts'

type Outcome = EndRecord['outcome']
type Step = Pick<ShowBuildAnswer['steps'][number], 'state' | 'status'>

/**
 * How a build of several runs ends: by the worst of its steps. A failed one outweighs an aborted one; a step that fell silent
 * counts as aborted. Steps that were never begun or still run do not count: nobody knows how they end.
 */
export function buildOutcome(own: Outcome, steps: readonly Step[], undelivered: readonly Outcome[]): Outcome {
  const ended = steps.map(({ state, status }) => (state === 'abandoned' ? 'ABORTED' : status))
  const all = [own, ...ended, ...undelivered]
  return all.includes('FAILURE') ? 'FAILURE' : all.includes('ABORTED') ? 'ABORTED' : 'SUCCESS'
}
