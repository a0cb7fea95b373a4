import type { FastifyInstance } from 'fastify'
import type { OffsetFormat } from '../../contract/offset-format.ts'
import {
  readStepLog as operation,
  type ReadStepLogAnswer,
  type ReadStepLogQuery,
  readStepLogAfterRun,
} from '../../contract/operations/read-step-log.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import type { LogReader } from '../../core/read/log-reader.ts'
import { readStepLog } from '../../core/read/read-step-log.ts'
import { principalOf } from '../http/guard-routes.ts'
import { pageAnswer, queryPage } from '../http/log-page.ts'
import { queryBuildNo, queryStepId } from '../http/query-number.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly reader: LogReader
}

/** Both routes to a page of a step's log; they differ in what a request must name. */
export function readStepLogRoute(app: FastifyInstance, ports: Ports, offsetFormat: OffsetFormat): void {
  for (const { path, query: querystring } of [operation, readStepLogAfterRun])
    app.get<{ Querystring: ReadStepLogQuery }>(
      path,
      { schema: { querystring }, config: { access: 'read' } },
      async (request, reply): Promise<ReadStepLogAnswer> => {
        reply.type('application/json;charset=UTF-8')
        const { query } = request
        const wanted = path === operation.path ? query : { ...query, size: '0' }
        const build = { jobId: query.job_id, buildNo: queryBuildNo(query.build_no) }
        const stepId = queryStepId(query.step_id)
        const page = await readStepLog(ports, principalOf(request), build, stepId, queryPage(wanted))
        return pageAnswer(page, offsetFormat)
      },
    )
}
