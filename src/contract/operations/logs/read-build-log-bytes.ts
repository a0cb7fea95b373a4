import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'

/** Bytes where the request names no length (contract page §1.2). */
export const DEFAULT_LENGTH_BYTES = 1_000_000

/** The next bytes of a build's log, lines or not (contract page §1.2, DownloadRealTimeLog; docs/api.md §2). */
export const readBuildLogBytes = operation({
  name: 'read-build-log-bytes',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v3/jobs/:job_id/:build_no/real-time-log',
  summary: 'Read the next bytes of the log of a build, also while it runs',
  params: numberedBuildParams,
  query: Type.Object({
    offset: digits('Where to begin: 0, then the offset of the answer before.'),
    length: Type.Optional(digits('Bytes at most; 0 means 1000000, more than 1048576 means 1048576.')),
  }),
  answer: Type.Object({
    result: Type.Object({
      has_more_data: Type.Boolean(),
      offset: Type.Integer({ minimum: 0 }),
      content: Type.String(),
      current_offset: Type.Integer({ minimum: 0 }),
    }),
  }),
})
