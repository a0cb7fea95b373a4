import Type from 'typebox'
import { notKnown, nullable } from '../../nullable.ts'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { succeeded } from '../../records/envelope.ts'
import { jobParams } from '../../records/lookup-parameters.ts'

/**
 * Shows the state of a build of a job, by default the newest (CodeArts Build: ShowJobStepStatus).
 */
export const showJobStatus = operation({
  name: 'show-job-status',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/job/:job_id/status',
  summary: 'Show the state of a job',
  params: jobParams,
  query: Type.Object({ build_no: Type.Optional(digits('The number of the build. Default: the newest.')) }),
  answer: succeeded(
    Type.Object({
      status: nullable(Type.Enum(['success', 'failure', 'aborted', 'running'])),
      abort_status: nullable(Type.Literal('aborted')),
      label: notKnown,
    }),
  ),
})

/** Shows whether the newest build of a job runs (CodeArts Build: ShowJobStatus). */
export const showJobStatusV3 = operation({
  name: 'show-job-status-v3',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v3/jobs/:job_id/status',
  summary: 'Show whether a job runs (v3)',
  params: jobParams,
  answer: Type.Object({ result: Type.Boolean() }),
})
