import Type from 'typebox'
import { notKnown, nullable } from '../nullable.ts'
import { durationMs, status, time } from './status.ts'

/** A build as the record operations of a build project show it. */
export const buildRecord = Type.Object({
  id: Type.String({ description: 'The record_id.' }),
  status,
  status_code: Type.Integer(),
  create_time: time,
  schedule_time: notKnown,
  queued_time: notKnown,
  start_time: time,
  finish_time: nullable(time),
  duration: nullable(durationMs),
  build_duration: nullable(durationMs),
  pending_duration: notKnown,
  project_id: Type.String({ description: 'The build_project_id.' }),
  display_name: Type.String({ description: 'The name of the job.' }),
  trigger_name: notKnown,
  group_name: notKnown,
  execution_id: notKnown,
  parameters: Type.Array(Type.Never(), { description: 'Always empty: Tailrace does not keep parameters.' }),
  repository: notKnown,
  branch: notKnown,
  revision: notKnown,
  build_yml_path: notKnown,
  build_yml_url: notKnown,
  daily_build_number: notKnown,
  build_record_type: notKnown,
  trigger_type: notKnown,
  scm_type: notKnown,
  scm_web_url: notKnown,
  user_id: Type.String(),
  build_no: Type.String(),
  daily_build_no: notKnown,
  dev_cloud_build_type: notKnown,
})
export type BuildRecord = Type.Static<typeof buildRecord>
