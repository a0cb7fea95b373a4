import type { BaseLogger } from 'pino'
import type { RetentionTaskPorts } from '../../core/maintain/maintenance-tasks.ts'

/** A pass that deletes more builds lists this many, and says how many it deleted. */
const LISTED_BUILDS = 100

/** Writes to the server's log which builds retention deleted, and why. */
export function logExpired(
  log: Pick<BaseLogger, 'info'>,
): Pick<RetentionTaskPorts, 'onExpired' | 'onRetained'> {
  let listed = 0
  return {
    onExpired({ recordId, jobId, logBytes, because }) {
      if (listed++ >= LISTED_BUILDS) return
      const figures = { record_id: recordId, job_id: jobId, bytes: logBytes, because }
      log.info(figures, 'retention deleted a build')
    },
    onRetained({ removedBuilds, removedLogBytes }) {
      listed = 0
      if (removedBuilds <= LISTED_BUILDS) return
      const figures = { builds: removedBuilds, bytes: removedLogBytes }
      log.info(figures, 'retention deleted more builds than are listed')
    },
  }
}
