import Type from 'typebox'
import { notKnown, nullable } from '../nullable.ts'
import { durationMs, status, time } from './status.ts'

/** A stage of a build, as full-stages shows it: `initial`, a step as `stageX`, `final`. */
export const stage = Type.Object({
  id: Type.String({ description: 'A UUID derived from the record_id and the name of the stage.' }),
  status,
  status_code: Type.Integer(),
  log_status: notKnown,
  create_time: time,
  schedule_time: notKnown,
  queued_time: notKnown,
  start_time: nullable(time),
  finish_time: nullable(time),
  duration: nullable(durationMs),
  build_duration: nullable(durationMs),
  pending_duration: notKnown,
  build_record_id: Type.String(),
  execution_id: notKnown,
  execution_stage_name: Type.String(),
  display_name: Type.String(),
  node_id: nullable(Type.Integer({ description: 'The step_id. Null until the stage has begun.' })),
  sequence: Type.Integer(),
})
export type Stage = Type.Static<typeof stage>
