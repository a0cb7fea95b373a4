import { operation } from '../../operation.ts'
import { buildRecord } from '../../records/build-record.ts'
import { succeeded } from '../../records/envelope.ts'
import { recordParams } from '../../records/lookup-parameters.ts'

/** Shows a build by its record_id (CodeArts Build: ShowBuildRecord). */
export const showBuildRecord = operation({
  name: 'show-build-record',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/record/:record_id/info',
  summary: 'Show a build by its record_id',
  params: recordParams,
  answer: succeeded(buildRecord),
})
