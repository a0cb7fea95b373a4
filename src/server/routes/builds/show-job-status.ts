import type { FastifyInstance } from 'fastify'
import { showJobStatus, showJobStatusV3 } from '../../../contract/operations/builds/show-job-status.ts'
import { requireReadableBuild } from '../../../core/access/authorize.ts'
import { latestBuild } from '../../../core/list/list-builds.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { numberedBuild } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { buildStatus } from '../../present/build-status.ts'
import { succeeded } from '../../present/family-forms.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly history: BuildHistory
}

const WORDS = { SUCCESS: 'success', FAILURE: 'failure', ABORTED: 'aborted', RUNNING: 'running' } as const

export function showJobStatusRoutes(app: FastifyInstance, ports: Ports): void {
  serve(app, showJobStatus, async ({ who, params: { job_id }, query: { build_no } }) => {
    const build =
      build_no === undefined
        ? await latestBuild(ports, who, job_id)
        : await requireReadableBuild(ports, who, numberedBuild({ job_id, build_no }))
    return succeeded({
      status: build === undefined ? null : WORDS[buildStatus(build)],
      abort_status: build?.outcome === 'ABORTED' ? 'aborted' : null,
      label: null,
    })
  })
  serve(app, showJobStatusV3, async ({ who, params }) => {
    const latest = await latestBuild(ports, who, params.job_id)
    return { result: latest !== undefined && latest.outcome === undefined }
  })
}
