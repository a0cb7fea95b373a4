import type { FastifyInstance } from 'fastify'
import { showFullStages as operation } from '../../../contract/operations/builds/show-full-stages.ts'
import { showBuild } from '../../../core/list/show-build.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { serve } from '../../http/serve.ts'
import { buildStages } from '../../present/build-stages.ts'
import { succeeded } from '../../present/family-forms.ts'

export function showFullStagesRoute(app: FastifyInstance, ports: { readonly builds: BuildCatalog }): void {
  serve(app, operation, async ({ who, params }) => {
    const { build, steps } = await showBuild(ports, who, { recordId: params.record_id })
    return succeeded({ build_stages: buildStages(build, steps), check_stages: null })
  })
}
