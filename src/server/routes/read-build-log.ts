import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { LogPageAnswer, LogPageQuery } from '../../contract/log-page.ts'
import {
  type NumberedBuild,
  readBuildLog as operation,
  type ReadBuildLogAfterRunQuery,
  type ReadBuildLogQuery,
  readBuildLogAfterRun,
} from '../../contract/operations/read-build-log.ts'
import { type BuildLogPagePorts, readBuildLog } from '../../core/read/read-build-log.ts'
import { principalOf } from '../http/guard-routes.ts'
import { pageAnswer, queryPage } from '../http/log-page.ts'
import { queryBuildNo } from '../http/query-number.ts'

/** Both routes to a page of a build's log. Offsets are strings, the only form that all SDKs decode (api.md §2). */
export function readBuildLogRoute(app: FastifyInstance, ports: BuildLogPagePorts): void {
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { job_id, build_no }: NumberedBuild,
    query: LogPageQuery,
  ): Promise<LogPageAnswer> => {
    reply.type('application/json;charset=UTF-8')
    const address = { jobId: job_id, buildNo: queryBuildNo(build_no) }
    return pageAnswer(await readBuildLog(ports, principalOf(request), address, queryPage(query)), 'string')
  }

  app.get<{ Params: NumberedBuild; Querystring: ReadBuildLogQuery }>(
    operation.path,
    { schema: { params: operation.params, querystring: operation.query }, config: { access: 'read' } },
    (request, reply) => answer(request, reply, request.params, request.query),
  )
  app.get<{ Querystring: ReadBuildLogAfterRunQuery }>(
    readBuildLogAfterRun.path,
    { schema: { querystring: readBuildLogAfterRun.query }, config: { access: 'read' } },
    (request, reply) => answer(request, reply, request.query, { ...request.query, size: '0' }),
  )
}
