import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams, TUS_VERSION } from '../writing/append-log.ts'

const acceptEncoding = Type.Optional(
  Type.String({
    description:
      'zstd returns the frames as they are stored, gzip one member, anything else the plain bytes.',
  }),
)

/** Of GET and HEAD. */
const answerHeaders = {
  'Accept-Ranges': Type.Literal('bytes'),
  Vary: Type.String({ description: 'Accept-Encoding: each encoding has its own ETag.' }),
  'X-Content-Type-Options': Type.Literal('nosniff'),
  'Content-Length': Type.Optional(digits('Absent if the bytes are encoded.')),
  'Content-Encoding': Type.Optional(Type.Enum(['zstd', 'gzip'])),
}

/**
 * Reads the bytes of a log up to its head, all of them or a range (docs/api.md §5). HEAD on the
 * same path adds the headers of an upload.
 */
export const readRawLog = operation({
  name: 'read-raw-log',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log',
  summary: 'Read the bytes of a log',
  description: 'Returns the bytes up to the head, also while the log grows.',
  params: stepLogParams,
  headers: Type.Object({
    Range: Type.Optional(
      Type.String({
        description: 'One range of bytes, such as bytes=100-199 or bytes=-1000. The answer is not encoded.',
      }),
    ),
    'If-Range': Type.Optional(
      Type.String({ description: 'The ETag of the plain bytes. With any other, the whole log is returned.' }),
    ),
    'If-Match': Type.Optional(
      Type.String({ description: 'ETags, or *. If none matches, the answer is 412.' }),
    ),
    'If-None-Match': Type.Optional(
      Type.String({ description: 'ETags, or *. If one matches, the answer is 304.' }),
    ),
    'Accept-Encoding': acceptEncoding,
  }),
  statuses: [200, 206, 304],
  answerHeaders: Type.Object({
    ...answerHeaders,
    ETag: Type.Optional(Type.String({ description: 'Strong. Only a finished log has one.' })),
    'Cache-Control': Type.Optional(Type.String({ description: 'no-store while the log grows.' })),
    'Content-Range': Type.Optional(
      Type.String({ description: 'With 206: bytes FIRST-LAST/SIZE, where SIZE is * while the log grows.' }),
    ),
  }),
  errors: [412, 416],
  head: {
    summary: 'Show the head of the log of a step',
    headers: Type.Object({
      'Tus-Resumable': Type.Optional(
        Type.Literal(TUS_VERSION, {
          description: 'Sent by tus clients. With any other version, the answer is 412.',
        }),
      ),
      'Accept-Encoding': acceptEncoding,
    }),
    answerHeaders: Type.Object({
      ...answerHeaders,
      'Upload-Offset': digits('The head: the number of stored bytes, which is where the next append starts.'),
      'Tus-Resumable': Type.Literal(TUS_VERSION),
      'Cache-Control': Type.Literal('no-store'),
      'Upload-Length': Type.Optional(digits('The size of a finished log.')),
      'Upload-Defer-Length': Type.Optional(
        Type.Literal('1', { description: 'Present if the log may still grow.' }),
      ),
      ETag: Type.Optional(Type.String({ description: 'Strong. Only a finished log has one.' })),
    }),
    errors: [412],
  },
})
