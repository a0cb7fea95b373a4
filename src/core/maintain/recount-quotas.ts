import type { EpochMs } from '../../contract/quantities.ts'
import type { RunningLog, StepCensus } from '../ports/build-catalog.ts'
import type { Quotas } from '../write/quotas.ts'

const AT_ONCE = 1000

/**
 * Counts, when the server starts, what the catalog has in progress: live logs with their builds,
 * and builds without a result that were created since `sinceMs`.
 */
export async function recountQuotas(
  census: Pick<StepCensus, 'runningLogs' | 'openBuilds'>,
  quotas: Quotas,
  sinceMs: EpochMs,
): Promise<void> {
  for (let running: readonly RunningLog[] = [], after = 0; after === 0 || running.length === AT_ONCE; ) {
    running = await census.runningLogs(after, AT_ONCE)
    for (const log of running) {
      quotas.noteLog(log)
      if (!log.buildHasOutcome) quotas.noteBuild(log, log.buildCreatedAtMs)
    }
    after = running.at(-1)?.log ?? Number.MAX_SAFE_INTEGER
  }
  for (const build of await census.openBuilds(sinceMs)) quotas.noteBuild(build, build.createdAtMs)
}
