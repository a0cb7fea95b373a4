import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams, TUS_VERSION } from '../writing/append-log.ts'

const acceptEncoding = Type.Optional(
  Type.String({
    description: 'zstd answers the frames as they are stored, gzip one member; else the bytes.',
  }),
)

/** Of GET and HEAD. */
const answerHeaders = {
  'Accept-Ranges': Type.Literal('bytes'),
  Vary: Type.String({ description: 'Accept-Encoding, as each encoding has its own ETag.' }),
  'X-Content-Type-Options': Type.Literal('nosniff'),
  'Content-Length': Type.Optional(digits('Absent where the bytes are encoded.')),
  'Content-Encoding': Type.Optional(Type.Enum(['zstd', 'gzip'])),
}

/** The log's bytes up to the head, whole or by Range, encoded or not (docs/api.md §5). HEAD on the same path adds the upload's headers. */
export const readRawLog = operation({
  name: 'read-raw-log',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log',
  summary: 'Read the bytes of a log',
  description: 'What is there up to the head, also while the log grows.',
  params: stepLogParams,
  headers: Type.Object({
    Range: Type.Optional(
      Type.String({
        description: 'One range of bytes, such as bytes=100-199 or bytes=-1000; answered without encoding.',
      }),
    ),
    'If-Range': Type.Optional(
      Type.String({ description: 'The ETag of the bytes without encoding; with any other the whole comes.' }),
    ),
    'If-Match': Type.Optional(
      Type.String({ description: 'ETags, or *; 412 where none is that of the log.' }),
    ),
    'If-None-Match': Type.Optional(
      Type.String({ description: 'ETags, or *; 304 where one is that of the log.' }),
    ),
    'Accept-Encoding': acceptEncoding,
  }),
  statuses: [200, 206, 304],
  answerHeaders: Type.Object({
    ...answerHeaders,
    ETag: Type.Optional(Type.String({ description: 'Strong, and of the finished log only.' })),
    'Cache-Control': Type.Optional(Type.String({ description: 'no-store while the log grows.' })),
    'Content-Range': Type.Optional(
      Type.String({ description: 'With 206: bytes FIRST-LAST/N, or /* while the log grows.' }),
    ),
  }),
  refusals: [412, 416],
  head: {
    summary: 'Ask where the log of a step stands',
    headers: Type.Object({
      'Tus-Resumable': Type.Optional(
        Type.Literal(TUS_VERSION, { description: 'Clients of tus send it; any other version is 412.' }),
      ),
      'Accept-Encoding': acceptEncoding,
    }),
    answerHeaders: Type.Object({
      ...answerHeaders,
      'Upload-Offset': digits('The head: how many bytes are stored, and where the next append begins.'),
      'Tus-Resumable': Type.Literal(TUS_VERSION),
      'Cache-Control': Type.Literal('no-store'),
      'Upload-Length': Type.Optional(digits('Of a finished log: all its bytes.')),
      'Upload-Defer-Length': Type.Optional(
        Type.Literal('1', { description: 'Of a log that may still grow.' }),
      ),
      ETag: Type.Optional(Type.String({ description: 'Strong, and of the finished log only.' })),
    }),
    refusals: [412],
  },
})
