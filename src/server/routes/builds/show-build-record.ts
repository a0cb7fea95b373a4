import type { FastifyInstance } from 'fastify'
import { showBuildRecord as operation } from '../../../contract/operations/builds/show-build-record.ts'
import { requireReadableBuild } from '../../../core/access/authorize.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { serve } from '../../http/serve.ts'
import { buildRecord } from '../../present/build-records.ts'
import { succeeded } from '../../present/family-forms.ts'

export function showBuildRecordRoute(app: FastifyInstance, ports: { readonly builds: BuildCatalog }): void {
  serve(app, operation, async ({ who, params }) =>
    succeeded(buildRecord(await requireReadableBuild(ports, who, { recordId: params.record_id }))),
  )
}
