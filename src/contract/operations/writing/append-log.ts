import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits, recordIdParameter, stepIdParameter } from '../../parameters.ts'

/** The version of the tus protocol for uploads (https://tus.io/protocols/resumable-upload). */
export const TUS_VERSION = '1.0.0'
export const TUS_EXTENSIONS = 'checksum'
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256'] as const
export const UPLOAD_MEDIA_TYPE = 'application/offset+octet-stream'

export const stepLogParams = Type.Object({
  record_id: recordIdParameter,
  step_id: stepIdParameter,
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
    'The head is the number of bytes stored so far. Bytes of the body that are below the head are compared with the stored ones; the rest is appended. Repeating an append succeeds and stores nothing twice. POST with X-HTTP-Method-Override: PATCH is accepted too.',
  params: stepLogParams,
  headers: Type.Object({
    'Tus-Resumable': Type.Literal(TUS_VERSION, {
      description: 'The version of tus. Without it, or with another version, the answer is 412.',
    }),
    'Upload-Offset': digits('Where the first byte of the body belongs: at or below the head.', '0'),
    'Upload-Checksum': Type.Optional(
      Type.String({
        pattern: `^(${CHECKSUM_ALGORITHMS.join('|')}) [A-Za-z0-9+/]+=*$`,
        description:
          'Algorithm and base64 digest of the body. The body is then limited to 16 MiB and stored completely or not at all.',
      }),
    ),
  }),
  bodyMedia: UPLOAD_MEDIA_TYPE,
  answerHeaders: Type.Object({
    'Upload-Offset': digits('The new head. Every byte below it is durable.'),
    'Tus-Resumable': Type.Literal(TUS_VERSION),
    'Tus-Version': Type.Literal(TUS_VERSION),
  }),
  errors: [409, 412, 413, 415, 460],
})
