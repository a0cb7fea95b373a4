import Type from 'typebox'
import { nullable } from '../../nullable.ts'
import { operation } from '../../operation.ts'
import { succeeded } from '../../records/envelope.ts'
import { jobParams } from '../../records/lookup-parameters.ts'

/** Shows whether the newest build of a job runs (CodeArts Build: ShowRunningStatus). */
export const showRunningStatus = operation({
  name: 'show-running-status',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/job/:job_id/running-status',
  summary: 'Show whether a job runs',
  params: jobParams,
  answer: succeeded(
    Type.Object({
      is_running: Type.Boolean(),
      last_build_no: nullable(Type.String({ description: 'The newest build. Null if there is none.' })),
      last_build_status: nullable(Type.Union([Type.Literal('Running'), Type.Literal('Finished')])),
      last_job_id: Type.String(),
    }),
  ),
})
