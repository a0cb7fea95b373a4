import type { FastifyInstance } from 'fastify'
import { type DeleteJobParams, deleteJob as operation } from '../../contract/operations/delete-job.ts'
import type { DeletePorts } from '../../core/keep/delete-build.ts'
import { deleteJob } from '../../core/keep/delete-job.ts'
import { principalOf } from '../http/guard-routes.ts'

export function deleteJobRoute(app: FastifyInstance, ports: DeletePorts): void {
  app.delete<{ Params: DeleteJobParams }>(
    operation.path,
    { schema: { params: operation.params }, config: { access: 'admin' } },
    async (request, reply) => {
      await deleteJob(ports, principalOf(request), request.params.job_id)
      return reply.code(204).send()
    },
  )
}
