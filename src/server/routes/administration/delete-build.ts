import type { FastifyInstance } from 'fastify'
import {
  type DeleteBuildParams,
  deleteBuild as operation,
} from '../../../contract/operations/administration/delete-build.ts'
import { type DeletePorts, deleteBuild } from '../../../core/maintain/delete-build.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function deleteBuildRoute(app: FastifyInstance, ports: DeletePorts): void {
  app.delete<{ Params: DeleteBuildParams }>(
    operation.path,
    { schema: { params: operation.params }, config: { operation } },
    async (request, reply) => {
      await deleteBuild(ports, principalOf(request), request.params.record_id)
      return reply.code(204).send()
    },
  )
}
