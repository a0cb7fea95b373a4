import type { SpaceListener } from './keep-space.ts'

/** A pass that deletes more builds lists so many, and then only how many they were. */
const LISTED_BUILDS = 100

/** Writes into the server's log which builds retention deleted, and why. */
export function tellExpired(
  info: (figures: object, message: string) => void,
): Pick<SpaceListener, 'onExpired' | 'onRetained'> {
  let listed = 0
  return {
    onExpired({ recordId, jobId, logBytes, because }) {
      if (listed++ >= LISTED_BUILDS) return
      const figures = { record_id: recordId, job_id: jobId, bytes: logBytes, because }
      info(figures, 'retention deleted a build')
    },
    onRetained({ removedBuilds, removedLogBytes }) {
      listed = 0
      if (removedBuilds <= LISTED_BUILDS) return
      const figures = { builds: removedBuilds, bytes: removedLogBytes }
      info(figures, 'retention deleted more builds than are listed')
    },
  }
}
