import { operation } from '../operation.ts'
import { stepLogParams } from './append-log.ts'

/** The log's bytes up to the head, whole or by Range, encoded or not (api.md §5). HEAD on the same path adds the upload's headers. */
export const readRawLog = operation({
  name: 'read-raw-log',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log',
  summary: 'Read the bytes of a log',
  params: stepLogParams,
})
