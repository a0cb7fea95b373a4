import type { FastifyInstance } from 'fastify'
import { deleteJob as operation } from '../../../contract/operations/administration/delete-job.ts'
import type { DeletePorts } from '../../../core/maintain/delete-build.ts'
import { deleteJob } from '../../../core/maintain/delete-job.ts'
import { serve } from '../../http/serve.ts'

export function deleteJobRoute(app: FastifyInstance, ports: DeletePorts): void {
  serve(app, operation, ({ who, params }) => deleteJob(ports, who, params.job_id))
}
