import type { FastifyInstance } from 'fastify'
import { showRunningStatus as operation } from '../../../contract/operations/builds/show-running-status.ts'
import { latestBuild } from '../../../core/list/list-builds.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { serve } from '../../http/serve.ts'
import { runningStatus } from '../../present/build-status.ts'
import { succeeded } from '../../present/family-forms.ts'

export function showRunningStatusRoute(
  app: FastifyInstance,
  ports: { readonly history: BuildHistory },
): void {
  serve(app, operation, async ({ who, params }) => {
    const latest = await latestBuild(ports, who, params.job_id)
    return succeeded({
      is_running: latest !== undefined && latest.outcome === undefined,
      last_build_no: latest === undefined ? null : String(latest.buildNo),
      last_build_status: latest === undefined ? null : runningStatus(latest),
      last_job_id: params.job_id,
    })
  })
}
