import type { FastifyInstance } from 'fastify'
import { readLogAnalysis as operation } from '../../../contract/operations/logs/read-log-analysis.ts'
import { requireReadableBuild } from '../../../core/access/authorize.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { numberedBuild, queryNumber } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { succeeded } from '../../present/family-forms.ts'

const LIMIT_MAX = 100

/** Tailrace does not analyse logs, so the list of findings is always empty. */
export function readLogAnalysisRoute(app: FastifyInstance, ports: { readonly builds: BuildCatalog }): void {
  serve(app, operation, async ({ who, params, query: { limit = '10', offset = '0' } }) => {
    const address = numberedBuild(params)
    queryNumber('limit', limit, 1, LIMIT_MAX)
    queryNumber('offset', offset)
    const { jobName } = await requireReadableBuild(ports, who, address)
    return succeeded({ jobName, job_name: jobName, error_nodes: [] })
  })
}
