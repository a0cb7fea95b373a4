import Type from 'typebox'
import { notKnown, nullable } from '../nullable.ts'
import { durationMs, status } from './status.ts'

/** A build as the build-info-record operations show it. */
export const buildInfoRecord = Type.Object({
  number: Type.Integer({ description: 'The build_no.' }),
  build_time: nullable(durationMs),
  start_time: Type.Integer({ description: 'Milliseconds since 1970-01-01T00:00:00Z.' }),
  job_running_status: Type.Union([Type.Literal('Running'), Type.Literal('Finished')]),
  state: status,
  user_id: Type.String(),
  executor: notKnown,
  nickname: notKnown,
  daily_build_number: notKnown,
  trigger_type: notKnown,
  cost_time: nullable(durationMs),
  commit_id: notKnown,
  commit_info: notKnown,
  build_type: notKnown,
  code_branch: notKnown,
  scm_type: notKnown,
  scm_web_url: notKnown,
  commit_detail_url: notKnown,
})
export type BuildInfoRecord = Type.Static<typeof buildInfoRecord>
