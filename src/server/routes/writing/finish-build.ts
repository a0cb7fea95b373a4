import type { FastifyInstance } from 'fastify'
import {
  type FinishBuildAnswer,
  type FinishBuildBody,
  type FinishBuildParams,
  finishBuild as operation,
} from '../../../contract/operations/writing/finish-build.ts'
import type { Outcome } from '../../../core/ports/build-catalog.ts'
import { finishBuild } from '../../../core/write/finish-build.ts'
import { principalOf } from '../../guard/guard-routes.ts'

type Ports = Parameters<typeof finishBuild>[0]

export function finishBuildRoute(app: FastifyInstance, ports: Ports): void {
  app.post<{ Params: FinishBuildParams; Body: FinishBuildBody }>(
    operation.path,
    { schema: { params: operation.params, body: operation.body }, config: { operation } },
    async (request): Promise<FinishBuildAnswer> => {
      const outcome = request.body.status.toUpperCase() as Outcome
      const build = await finishBuild(ports, principalOf(request), request.params.record_id, outcome)
      return { record_id: build.recordId, job_id: build.jobId, build_no: build.buildNo, status: outcome }
    },
  )
}
