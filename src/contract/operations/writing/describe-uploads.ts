import Type from 'typebox'
import { operation } from '../../operation.ts'
import { stepLogParams, TUS_EXTENSIONS, TUS_VERSION } from './append-log.ts'

/** Returns the version, extensions and checksum algorithms of uploads (tus 1.0 OPTIONS). */
export const describeUploads = operation({
  name: 'describe-uploads',
  topic: 'writing',
  access: 'open',
  method: 'OPTIONS',
  path: '/api/v1/builds/:record_id/steps/:step_id/log',
  summary: 'Show the upload protocol',
  params: stepLogParams,
  answerHeaders: Type.Object({
    'Tus-Resumable': Type.Literal(TUS_VERSION),
    'Tus-Version': Type.Literal(TUS_VERSION),
    'Tus-Extension': Type.Literal(TUS_EXTENSIONS),
    'Tus-Checksum-Algorithm': Type.String({ description: 'Comma-separated.' }),
  }),
})
