import Type from 'typebox'
import { eventStream, resumedAfter } from '../../event-stream.ts'
import { operation } from '../../operation.ts'
import { recordIdParameter } from '../../parameters.ts'

/**
 * Follows the states of a build and its steps as server-sent events: first the current state of
 * each, then every change (docs/api.md §5).
 */
export const followBuild = operation({
  name: 'follow-build',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/events',
  summary: 'Follow the states of a build and its steps',
  description:
    'Sends the events build and step with the current states first, then one for each change, and finally the event end.',
  params: Type.Object({ record_id: recordIdParameter }),
  headers: resumedAfter('"end" if the client has seen the end. Nothing follows then.'),
  ...eventStream,
})

export type FollowBuildParams = Type.Static<typeof followBuild.params>

/** The id of the last event of a build. A client that resumes after it gets 204. */
export const BUILD_END_EVENT_ID = 'end'

/** The data of `event: build` and of `event: end`. Values that are not known yet are null. */
export interface BuildEventData {
  readonly record_id: string
  readonly job_id: string
  readonly build_no: number
  /** SUCCESS, FAILURE or ABORTED. */
  readonly status: string | null
  /** ISO 8601, UTC. */
  readonly created_at: string
  readonly finished_at: string | null
}

/** The data of `event: step`. */
export interface StepEventData {
  readonly step_id: number
  readonly name: string
  /** waiting, running, sealed, abandoned or skipped. */
  readonly state: string
  readonly status: string | null
  readonly began_at: string | null
  readonly finished_at: string | null
  readonly size: number | null
  readonly sha256: string | null
}
