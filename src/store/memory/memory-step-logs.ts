import type { BuildCatalog } from '../../core/ports/build-catalog.ts'
import type { StepLogs } from '../../core/ports/step-logs.ts'

/** Implements StepLogs for the steps that this catalog lists. */
export function memoryStepLogs(builds: Pick<BuildCatalog, 'listSteps'>): StepLogs {
  return {
    async listStepLogs(project, record) {
      const steps = await builds.listSteps(project, record)
      return steps.map(({ log, state, sizeBytes }) =>
        sizeBytes === undefined ? { log, state } : { log, state, sizeBytes },
      )
    },
  }
}
