import type { FastifyInstance } from 'fastify'
import { PAGE_MAX_LINES } from '../../contract/limits.ts'
import type { OffsetFormat } from '../../contract/offset-format.ts'
import {
  readStepLog as operation,
  type ReadStepLogAnswer,
  type ReadStepLogQuery,
} from '../../contract/operations/read-step-log.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import type { LogReader } from '../../core/read/log-reader.ts'
import { readStepLog } from '../../core/read/read-step-log.ts'
import { principalOf } from '../http/guard-routes.ts'
import { queryBuildNo, queryNumber, queryStepId } from '../http/query-number.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly reader: LogReader
}

export function readStepLogRoute(app: FastifyInstance, ports: Ports, offsetFormat: OffsetFormat): void {
  const offset = offsetFormat === 'string' ? String : (bytes: number) => bytes
  app.get<{ Querystring: ReadStepLogQuery }>(
    operation.path,
    { schema: { querystring: operation.query }, config: { access: 'read' } },
    async (request, reply): Promise<ReadStepLogAnswer> => {
      reply.type('application/json;charset=UTF-8')
      const { query } = request
      const lines = queryNumber('size', query.size)
      const build = { jobId: query.job_id, buildNo: queryBuildNo(query.build_no) }
      const page = await readStepLog(ports, principalOf(request), build, queryStepId(query.step_id), {
        startOffset: queryNumber('start_offset', query.start_offset),
        endOffset: queryNumber('end_offset', query.end_offset),
        order: query.sort?.toUpperCase() === 'DESC' ? 'descending' : 'ascending',
        maxLines: lines === 0 ? PAGE_MAX_LINES : Math.min(lines, PAGE_MAX_LINES),
        holdBack: true,
      })
      return {
        result: {
          start_offset: offset(page.startOffset),
          end_offset: offset(page.endOffset),
          log: page.text,
          has_more: page.hasMore,
          location: page.location,
        },
        error: null,
        status: 'success',
      }
    },
  )
}
