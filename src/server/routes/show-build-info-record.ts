import type { FastifyInstance } from 'fastify'
import { showBuildInfoRecord as operation } from '../../contract/operations/show-build-info-record.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import { requireReadableBuild } from '../../core/read/find-build.ts'
import { buildInfoRecord } from '../http/build-records.ts'
import { numberedBuild } from '../http/numbered-build.ts'
import { serveJson } from '../http/serve-json.ts'
import { succeeded } from '../http/succeeded.ts'

export function showBuildInfoRecordRoute(
  app: FastifyInstance,
  ports: { readonly builds: BuildCatalog },
): void {
  serveJson(app, operation, async ({ who, params }) =>
    succeeded(buildInfoRecord(await requireReadableBuild(ports, who, numberedBuild(params)))),
  )
}
