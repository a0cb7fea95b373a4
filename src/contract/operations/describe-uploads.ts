import { operation } from '../operation.ts'
import { stepLogParams } from './append-log.ts'

/** Tells version, extensions and checksum algorithms of uploads (tus 1.0 OPTIONS). Open to everybody. */
export const describeUploads = operation({
  name: 'describe-uploads',
  method: 'OPTIONS',
  path: '/api/v1/builds/:record_id/steps/:step_id/log',
  summary: 'Tell how logs are uploaded',
  params: stepLogParams,
})
