import type { FastifyInstance } from 'fastify'
import type { NumberedBuild } from '../../contract/operations/read-build-log.ts'
import {
  readLogAnalysis as operation,
  type ReadLogAnalysisAnswer,
  type ReadLogAnalysisQuery,
} from '../../contract/operations/read-log-analysis.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import { requireReadableBuild } from '../../core/read/find-build.ts'
import { principalOf } from '../http/guard-routes.ts'
import { queryBuildNo, queryNumber } from '../http/query-number.ts'

const LIMIT_MAX = 100

/** Tailrace analyses no logs: what it found is nothing, on every page of every build. */
export function readLogAnalysisRoute(app: FastifyInstance, ports: { readonly builds: BuildCatalog }): void {
  app.get<{ Params: NumberedBuild; Querystring: ReadLogAnalysisQuery }>(
    operation.path,
    { schema: { params: operation.params, querystring: operation.query }, config: { access: 'read' } },
    async (request, reply): Promise<ReadLogAnalysisAnswer> => {
      reply.type('application/json;charset=UTF-8')
      const { job_id, build_no } = request.params
      const { limit = '10', offset = '0' } = request.query
      const address = { jobId: job_id, buildNo: queryBuildNo(build_no) }
      queryNumber('limit', limit, 1, LIMIT_MAX)
      queryNumber('offset', offset)
      const { jobName } = await requireReadableBuild(ports, principalOf(request), address)
      return { result: { jobName, job_name: jobName, error_nodes: [] }, error: null, status: 'success' }
    },
  )
}
