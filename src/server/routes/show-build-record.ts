import type { FastifyInstance } from 'fastify'
import { showBuildRecord as operation } from '../../contract/operations/show-build-record.ts'
import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import { requireReadableBuild } from '../../core/read/find-build.ts'
import { buildRecord } from '../http/build-records.ts'
import { serveJson } from '../http/serve-json.ts'
import { succeeded } from '../http/succeeded.ts'

export function showBuildRecordRoute(app: FastifyInstance, ports: { readonly builds: BuildCatalog }): void {
  serveJson(app, operation, async ({ who, params }) =>
    succeeded(buildRecord(await requireReadableBuild(ports, who, { recordId: params.record_id }))),
  )
}
