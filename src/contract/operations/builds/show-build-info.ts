import Type from 'typebox'
import { notKnown, nullable } from '../../nullable.ts'
import { operation } from '../../operation.ts'
import { succeeded } from '../../records/envelope.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'
import { status } from '../../records/status.ts'

/** Shows whether a build runs and how it ended (CodeArts Build: ShowBuildDetails). */
export const showBuildInfo = operation({
  name: 'show-build-info',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/job/:job_id/:build_no/build-info',
  summary: 'Show the result of a build',
  params: numberedBuildParams,
  answer: succeeded(
    Type.Object({ building: Type.Boolean(), build_result: nullable(status), region: notKnown }),
  ),
})
