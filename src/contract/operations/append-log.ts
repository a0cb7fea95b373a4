import Type from 'typebox'
import { operation } from '../operation.ts'
import { digits, recordIdParameter } from '../parameters.ts'

/** The version of the tus protocol that uploads speak (https://tus.io/protocols/resumable-upload). */
export const TUS_VERSION = '1.0.0'
export const TUS_EXTENSIONS = 'checksum'
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256'] as const
export const UPLOAD_MEDIA_TYPE = 'application/offset+octet-stream'

export const stepLogParams = Type.Object({
  record_id: recordIdParameter,
  step_id: digits('Build action, 1, 2, …'),
})
export type StepLogParams = Type.Static<typeof stepLogParams>

/** Appends the body to a step's log at Upload-Offset (api.md §4). */
export const appendLog = operation({
  name: 'append-log',
  method: 'PATCH',
  path: '/api/v1/builds/:record_id/steps/:step_id/log',
  summary: 'Append to the log of a step',
  params: stepLogParams,
})
