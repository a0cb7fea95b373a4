import { operation } from '../../operation.ts'
import { buildInfoRecord } from '../../records/build-info-record.ts'
import { succeeded } from '../../records/envelope.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'

/** Shows a build as the history lists it (CodeArts Build: ShowBuildInfoRecord). */
export const showBuildInfoRecord = operation({
  name: 'show-build-info-record',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/record/:job_id/:build_no/build-info-record',
  summary: 'Show a build as the history lists it',
  params: numberedBuildParams,
  answer: succeeded(buildInfoRecord),
})
