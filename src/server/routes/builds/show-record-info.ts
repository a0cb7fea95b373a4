import type { FastifyInstance } from 'fastify'
import {
  showRecordInfo,
  showRecordInfoV3,
  showRecordInfoV4,
} from '../../../contract/operations/builds/show-record-info.ts'
import { requireReadableBuild } from '../../../core/access/authorize.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { numberedBuild } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { recordInfo } from '../../present/build-records.ts'
import { succeeded } from '../../present/family-forms.ts'

/** One record under three paths. */
export function showRecordInfoRoutes(app: FastifyInstance, ports: { readonly builds: BuildCatalog }): void {
  for (const operation of [showRecordInfo, showRecordInfoV4])
    serve(app, operation, async ({ who, params }) =>
      succeeded(recordInfo(await requireReadableBuild(ports, who, numberedBuild(params)))),
    )
  serve(app, showRecordInfoV3, async ({ who, params }) => {
    const build = await requireReadableBuild(ports, who, numberedBuild(params))
    const result = { ...recordInfo(build), buildRecordId: build.recordId }
    return { result, success: true as const, message: null, err_code: null }
  })
}
