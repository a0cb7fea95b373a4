import Type from 'typebox'
import { eventStream, resumedAfter } from '../../event-stream.ts'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams } from '../writing/append-log.ts'

/** Follows a step's log as server-sent events: what is there, then what comes, until the log is finished (docs/api.md §5). */
export const followLog = operation({
  name: 'follow-log',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log/events',
  summary: 'Follow the log of a step as it grows',
  description:
    'Events: log, whose id is the next byte and whose data is one line of JSON, {start, end, text}; at last end, {size, sha256, status}. A comment comes every 15 s.',
  params: stepLogParams,
  headers: resumedAfter('The id of the last event that was seen.'),
  query: Type.Object({
    from: Type.Optional(digits('The byte to begin at; 0 where absent. Last-Event-ID goes before it.')),
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

/** The data of `event: end`, after which nothing comes. */
export interface LogEndEventData {
  readonly size: number
  /** Null for a step that was skipped. */
  readonly sha256: string | null
  /** SUCCESS, FAILURE, ABORTED, or SKIPPED for a step that never began. */
  readonly status: string
}
