import type { Outcome, StepState } from '../../../core/ports/build-catalog.ts'

/**
 * The code of a state or an outcome in the database is its place in this list: append only, never
 * reorder.
 */
const STATES: readonly StepState[] = ['waiting', 'running', 'sealed', 'abandoned', 'skipped']
const OUTCOMES: readonly Outcome[] = ['SUCCESS', 'FAILURE', 'ABORTED']

export const stateCode = (state: StepState) => STATES.indexOf(state)
export const outcomeCode = (outcome: Outcome) => OUTCOMES.indexOf(outcome)
export const stateOf = (code: number) => STATES[code]!
export const outcomeOf = (code: number) => OUTCOMES[code]!

export const WAITING = stateCode('waiting')
export const RUNNING = stateCode('running')
export const SEALED = stateCode('sealed')
export const SKIPPED = stateCode('skipped')
