import type { JobId } from '../../contract/ids.ts'
import { notAllowed, type Principal } from '../access/principal.ts'
import type { BuildHistory, Job, Seen } from '../ports/build-history.ts'
import { unknownBuild } from '../read/find-build.ts'
import { visibleBuilds } from './visible-builds.ts'

export interface VisibleJob {
  readonly job: Job
  /** Which of its builds the caller sees. */
  readonly seen: Seen
}

/**
 * A job of the caller's project. Rejects with `not-found` when it is not there, and with `not-allowed` for an upload token whose build
 * is of another job, whether this one exists or not.
 */
export async function requireVisibleJob(
  { history }: { readonly history: BuildHistory },
  who: Principal,
  jobId: JobId,
): Promise<VisibleJob> {
  const seen = visibleBuilds(who)
  const job = await history.findJob(who.projectId, jobId)
  if (job === undefined) throw unknownBuild(who, { jobId, buildNo: 1 })
  if (seen.recordId !== undefined && (await history.countBuilds(who.projectId, jobId, seen)) === 0)
    throw notAllowed()
  return { job, seen }
}
