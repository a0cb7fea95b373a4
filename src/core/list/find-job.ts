import type { JobId } from '../../contract/ids.ts'
import { unknownBuild } from '../access/authorize.ts'
import { notAllowed, type Principal, visibleBuilds } from '../access/principal.ts'
import type { BuildHistory, Job, Seen } from '../ports/build-history.ts'

export interface VisibleJob {
  readonly job: Job
  /** Which of its builds the caller can see. */
  readonly seen: Seen
}

/**
 * Finds a job of the caller's project. Rejects with `not-found` if there is none, and with
 * `not-allowed` for an upload token of another job's build, whether or not this job exists.
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
