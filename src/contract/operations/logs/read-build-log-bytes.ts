import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'

/** How many bytes a request without a length gets. */
export const DEFAULT_LENGTH_BYTES = 1_000_000

/**
 * Reads the next bytes of a build's log, whether or not they form lines (CodeArts Build:
 * DownloadRealTimeLog; docs/api.md §2).
 */
export const readBuildLogBytes = operation({
  name: 'read-build-log-bytes',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v3/jobs/:job_id/:build_no/real-time-log',
  summary: 'Read the next bytes of the log of a build (v3)',
  description: 'Works while the build runs. Includes an unfinished last line.',
  params: numberedBuildParams,
  query: Type.Object({
    offset: digits('Where to start: 0 first, then the offset of the previous answer.'),
    length: Type.Optional(
      digits('Maximum number of bytes. 0 means 1000000; more than 1048576 means 1048576.'),
    ),
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
