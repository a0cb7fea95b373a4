import type { FastifyInstance } from 'fastify'
import { finishBuild as operation } from '../../../contract/operations/writing/finish-build.ts'
import type { Outcome } from '../../../core/ports/build-catalog.ts'
import { finishBuild } from '../../../core/write/finish-build.ts'
import { serve } from '../../http/serve.ts'

type Ports = Parameters<typeof finishBuild>[0]

export function finishBuildRoute(app: FastifyInstance, ports: Ports): void {
  serve(app, operation, async ({ who, params, body }) => {
    // The schema accepts the three outcomes alone, in any case.
    const outcome = body.status.toUpperCase() as Outcome
    const build = await finishBuild(ports, who, params.record_id, outcome)
    return { record_id: build.recordId, job_id: build.jobId, build_no: build.buildNo, status: outcome }
  })
}
