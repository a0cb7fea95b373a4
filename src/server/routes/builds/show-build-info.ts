import type { FastifyInstance } from 'fastify'
import { showBuildInfo as operation } from '../../../contract/operations/builds/show-build-info.ts'
import { requireReadableBuild } from '../../../core/access/authorize.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { numberedBuild } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { succeeded } from '../../present/family-forms.ts'

export function showBuildInfoRoute(app: FastifyInstance, ports: { readonly builds: BuildCatalog }): void {
  serve(app, operation, async ({ who, params }) => {
    const { outcome } = await requireReadableBuild(ports, who, numberedBuild(params))
    return succeeded({ building: outcome === undefined, build_result: outcome ?? null, region: null })
  })
}
