import type { JobId } from '../../contract/ids.ts'
import type { Principal } from '../access/principal.ts'
import type { Build } from '../ports/build-catalog.ts'
import type { BuildHistory } from '../ports/build-history.ts'
import { requireVisibleJob } from './find-job.ts'

/** The newest build of the job that the caller sees, where there is one. Rejects with `not-found` or `not-allowed`. */
export async function latestBuild(
  { history }: { readonly history: BuildHistory },
  who: Principal,
  jobId: JobId,
): Promise<Build | undefined> {
  const { seen } = await requireVisibleJob({ history }, who, jobId)
  const [latest] = await history.listBuilds(who.projectId, jobId, seen, { skip: 0, limit: 1 })
  return latest
}
