import type { FastifyInstance } from 'fastify'
import { PAGE_MAX_BYTES } from '../../contract/limits.ts'
import type { NumberedBuild } from '../../contract/operations/read-build-log.ts'
import {
  DEFAULT_LENGTH_BYTES,
  readBuildLogBytes as operation,
  type ReadBuildLogBytesAnswer,
  type ReadBuildLogBytesQuery,
} from '../../contract/operations/read-build-log-bytes.ts'
import type { BuildLogPagePorts } from '../../core/read/read-build-log.ts'
import { readBuildLogBytes } from '../../core/read/read-build-log-bytes.ts'
import { principalOf } from '../http/guard-routes.ts'
import { queryBuildNo, queryNumber } from '../http/query-number.ts'

export function readBuildLogBytesRoute(app: FastifyInstance, ports: BuildLogPagePorts): void {
  app.get<{ Params: NumberedBuild; Querystring: ReadBuildLogBytesQuery }>(
    operation.path,
    { schema: { params: operation.params, querystring: operation.query }, config: { access: 'read' } },
    async (request, reply): Promise<ReadBuildLogBytesAnswer> => {
      reply.type('application/json;charset=UTF-8')
      const { job_id, build_no } = request.params
      const { offset, length = '0' } = request.query
      const address = { jobId: job_id, buildNo: queryBuildNo(build_no) }
      const from = queryNumber('offset', offset)
      const maxBytes = Math.min(queryNumber('length', length) || DEFAULT_LENGTH_BYTES, PAGE_MAX_BYTES)
      const page = await readBuildLogBytes(ports, principalOf(request), address, from, maxBytes)
      return {
        result: {
          has_more_data: page.hasMore,
          offset: page.endOffset,
          content: page.text,
          current_offset: page.startOffset,
        },
      }
    },
  )
}
