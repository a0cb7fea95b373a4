import type { FastifyInstance } from 'fastify'
import { deleteBuild as operation } from '../../../contract/operations/administration/delete-build.ts'
import { type DeletePorts, deleteBuild } from '../../../core/maintain/delete-build.ts'
import { serve } from '../../http/serve.ts'

export function deleteBuildRoute(app: FastifyInstance, ports: DeletePorts): void {
  serve(app, operation, ({ who, params }) => deleteBuild(ports, who, params.record_id))
}
