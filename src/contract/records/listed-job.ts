import Type from 'typebox'
import { notKnown, nullable } from '../nullable.ts'
import { durationMs } from './status.ts'

const never = Type.Literal(false)

/** A job as CodeArts Build's job lists show it, with its newest build. */
export const listedJob = Type.Object({
  id: Type.String({ description: 'The job_id.' }),
  job_name: Type.String(),
  build_project_id: Type.String(),
  project_id: Type.String(),
  project_name: notKnown,
  job_creator: notKnown,
  user_id: notKnown,
  user_name: notKnown,
  nick_name: notKnown,
  build_number: nullable(Type.String({ description: 'The build_no of the newest build.' })),
  task_id: notKnown,
  last_build_time: nullable(Type.Integer({ description: 'Milliseconds since 1970-01-01T00:00:00Z.' })),
  last_build_status: nullable(
    Type.Union([Type.Literal('blue'), Type.Literal('red'), Type.Literal('aborted')], {
      description: 'Success, failure, aborted. Null while the build runs.',
    }),
  ),
  last_job_running_status: nullable(Type.Union([Type.Literal('Running'), Type.Literal('Finished')])),
  last_build_user: notKnown,
  last_build_user_id: nullable(Type.String()),
  is_finished: Type.Boolean(),
  build_time: nullable(durationMs),
  health_score: notKnown,
  trigger_type: notKnown,
  source_code: notKnown,
  scm_type: notKnown,
  scm_web_url: notKnown,
  repo_id: notKnown,
  code_branch: notKnown,
  tag: notKnown,
  commit_id: notKnown,
  commit_detail_url: notKnown,
  build_type: notKnown,
  forbidden_msg: notKnown,
  disabled: never,
  favorite: never,
  is_view: Type.Literal(true),
  is_modify: never,
  is_delete: Type.Boolean({ description: 'Whether you can delete the job.' }),
  is_execute: never,
  is_copy: never,
  is_forbidden: never,
  project_permission_switch: never,
})
export type ListedJob = Type.Static<typeof listedJob>
