import type { FastifyInstance } from 'fastify'
import {
  type DeleteJobParams,
  deleteJob as operation,
} from '../../../contract/operations/administration/delete-job.ts'
import type { DeletePorts } from '../../../core/maintain/delete-build.ts'
import { deleteJob } from '../../../core/maintain/delete-job.ts'
import { principalOf } from '../../guard/guard-routes.ts'

export function deleteJobRoute(app: FastifyInstance, ports: DeletePorts): void {
  app.delete<{ Params: DeleteJobParams }>(
    operation.path,
    { schema: { params: operation.params }, config: { operation } },
    async (request, reply) => {
      await deleteJob(ports, principalOf(request), request.params.job_id)
      return reply.code(204).send()
    },
  )
}
