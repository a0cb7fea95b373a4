import type { FastifyInstance } from 'fastify'
import { BUILD_NO_MAX } from '../../../contract/limits.ts'
import { showHistoryDetails as operation } from '../../../contract/operations/builds/show-history-details.ts'
import { showBuild } from '../../../core/list/show-build.ts'
import type { BuildCatalog, Step } from '../../../core/ports/build-catalog.ts'
import { queryNumber } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { familyDuration } from '../../present/family-forms.ts'

export function showHistoryDetailsRoute(
  app: FastifyInstance,
  ports: { readonly builds: BuildCatalog },
): void {
  serve(app, operation, async ({ who, params }) => {
    const buildNo = queryNumber('build_number', params.build_number, 1, BUILD_NO_MAX)
    const { build, steps } = await showBuild(ports, who, { jobId: params.job_id, buildNo })
    return {
      build_number: build.buildNo,
      job_name: build.jobName,
      project_id: build.projectId,
      project_name: null,
      parameters: {},
      build_steps: steps.map(step => ({
        name: step.name,
        status: visibleStatus(step),
        build_time: familyDuration(step.beganAtMs, step.finishedAtMs) ?? 0,
      })),
    }
  })
}

/** This route has four words, and none for a step that was aborted. */
function visibleStatus({ state, outcome }: Step): 'running' | 'success' | 'error' | '' {
  if (state === 'running') return 'running'
  if (state === 'waiting' || state === 'skipped') return ''
  return outcome === 'SUCCESS' ? 'success' : 'error'
}
