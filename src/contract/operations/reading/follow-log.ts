import Type from 'typebox'
import { eventStream, resumedAfter } from '../../event-stream.ts'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams } from '../writing/append-log.ts'

/**
 * Follows the log of a step as server-sent events: the stored text, then new text, until the log is
 * finished (docs/api.md §5).
 */
export const followLog = operation({
  name: 'follow-log',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log/events',
  summary: 'Follow the log of a step as it grows',
  description:
    'Sends events named log: the id is the offset of the next byte, the data is one line of JSON, {start, end, text}. The last event is end, with {size, sha256, status}. A comment is sent every 15 seconds.',
  params: stepLogParams,
  headers: resumedAfter('The id of the last event that the client received. It takes precedence over from.'),
  query: Type.Object({
    from: Type.Optional(digits('The byte to start at. Default: 0.')),
  }),
  ...eventStream,
})

export type FollowLogQuery = Type.Static<typeof followLog.query>

/** The data of `event: log`, whose id is `end`. */
export interface LogEventData {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The data of `event: end`, which is the last event. */
export interface LogEndEventData {
  readonly size: number
  /** Null for a step that was skipped. */
  readonly sha256: string | null
  /** SUCCESS, FAILURE, ABORTED, or SKIPPED for a step that never began. */
  readonly status: string
}
