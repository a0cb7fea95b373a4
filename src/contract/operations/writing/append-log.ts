import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits, recordIdParameter } from '../../parameters.ts'

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

/** Appends the body to a step's log at Upload-Offset (docs/api.md §4). */
export const appendLog = operation({
  name: 'append-log',
  topic: 'writing',
  access: 'write',
  method: 'PATCH',
  path: '/api/v1/builds/:record_id/steps/:step_id/log',
  summary: 'Append to the log of a step',
  description:
    'The bytes below the head are compared with what is stored, the rest is appended; the same again is a success. POST with X-HTTP-Method-Override: PATCH is taken for it.',
  params: stepLogParams,
  headers: Type.Object({
    'Tus-Resumable': Type.Literal(TUS_VERSION, { description: 'The version of tus; 412 without it.' }),
    'Upload-Offset': digits('Where the first byte of the body belongs: at the head, or below it.'),
    'Upload-Checksum': Type.Optional(
      Type.String({
        pattern: `^(${CHECKSUM_ALGORITHMS.join('|')}) [A-Za-z0-9+/]+=*$`,
        description:
          'Algorithm and digest of the body in base64. The body then has 16 MiB at most and is stored whole or not at all.',
      }),
    ),
  }),
  bodyMedia: UPLOAD_MEDIA_TYPE,
  answerHeaders: Type.Object({
    'Upload-Offset': digits('The new head. All below it is durable.'),
    'Tus-Resumable': Type.Literal(TUS_VERSION),
    'Tus-Version': Type.Literal(TUS_VERSION),
  }),
  refusals: [409, 412, 413, 415, 460],
})
