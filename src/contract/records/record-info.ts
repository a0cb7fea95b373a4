import Type from 'typebox'
import { notKnown, nullable } from '../nullable.ts'
import { durationMs, status, time } from './status.ts'

/** A build as record-info shows it. */
export const recordInfo = Type.Object({
  id: Type.String({ description: 'The same as build_record_id.' }),
  build_project_id: Type.String({ description: 'The job_id with hyphens, in the form of a UUID.' }),
  build_record_id: Type.String({ description: 'The record_id of the build.' }),
  parent_record_id: notKnown,
  devcloud_project_id: Type.String(),
  codeci_job_id: Type.String({ description: 'The job_id.' }),
  user_id: Type.String(),
  domain_id: notKnown,
  build_no: Type.Integer(),
  daily_build_num: notKnown,
  execution_id: notKnown,
  repo_name: notKnown,
  repo_id: notKnown,
  branch: notKnown,
  tag: notKnown,
  commit: notKnown,
  commit_message: notKnown,
  commit_create_time: notKnown,
  trigger_type: notKnown,
  build_type: notKnown,
  status,
  create_time: time,
  schedule_time: notKnown,
  queued_time: notKnown,
  start_time: time,
  runnable_time: notKnown,
  finish_time: nullable(time),
  duration: nullable(durationMs),
  record_status: notKnown,
  use_private_slave: notKnown,
  region: notKnown,
  err_msg: notKnown,
  build_config_type: notKnown,
})
export type RecordInfo = Type.Static<typeof recordInfo>
