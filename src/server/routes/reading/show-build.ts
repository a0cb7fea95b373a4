import type { FastifyInstance } from 'fastify'
import { taskName } from '../../../contract/ids.ts'
import { showBuild as operation } from '../../../contract/operations/reading/show-build.ts'
import { showBuild, sizeOf } from '../../../core/list/show-build.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import type { LogReader } from '../../../core/read/reader/log-reader.ts'
import { serve } from '../../http/serve.ts'
import { stepLogUrl } from '../../present/build-answer.ts'
import { buildSummary, isoTimeOrNull } from '../../present/build-summary.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly reader: LogReader
}

export function showBuildRoute(app: FastifyInstance, ports: Ports, publicUrl: () => string): void {
  serve(app, operation, async ({ who, params }) => {
    const { build, steps } = await showBuild(ports, who, { recordId: params.record_id })
    const sizes = await Promise.all(steps.map(step => sizeOf(ports, step)))
    return {
      ...buildSummary(build),
      project_id: build.projectId,
      steps: steps.map((step, index) => ({
        step_id: step.stepId,
        task_name: taskName(step.stepId),
        name: step.name,
        state: step.state,
        status: step.outcome ?? null,
        size: sizes[index]!,
        sha256: step.sha256 ?? null,
        verified: step.verified ?? null,
        began_at: isoTimeOrNull(step.beganAtMs),
        finished_at: isoTimeOrNull(step.finishedAtMs),
        log_url: stepLogUrl(publicUrl(), build.recordId, step.stepId),
      })),
    }
  })
}
