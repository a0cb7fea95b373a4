import type { FastifyInstance } from 'fastify'
import { showBuildInfoRecord as operation } from '../../../contract/operations/builds/show-build-info-record.ts'
import { requireReadableBuild } from '../../../core/access/authorize.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { numberedBuild } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { buildInfoRecord } from '../../present/build-records.ts'
import { succeeded } from '../../present/family-forms.ts'

export function showBuildInfoRecordRoute(
  app: FastifyInstance,
  ports: { readonly builds: BuildCatalog },
): void {
  serve(app, operation, async ({ who, params }) =>
    succeeded(buildInfoRecord(await requireReadableBuild(ports, who, numberedBuild(params)))),
  )
}
