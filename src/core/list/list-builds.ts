import type { BuildNo, JobId } from '../../contract/ids.ts'
import type { Principal } from '../access/principal.ts'
import type { Build } from '../ports/build-catalog.ts'
import type { BuildHistory, Part, Span } from '../ports/build-history.ts'
import { type Continued, continueList } from './continued.ts'
import { requireVisibleJob } from './find-job.ts'

interface Ports {
  readonly history: BuildHistory
}

/** Builds of a job that the caller sees, the newest first; at most `limit`, below `before` where it is given. Rejects with `not-found` or `not-allowed`. */
export async function listBuilds(
  { history }: Ports,
  who: Principal,
  jobId: JobId,
  limit: number,
  before?: BuildNo,
): Promise<Continued<Build, BuildNo>> {
  const { seen } = await requireVisibleJob({ history }, who, jobId)
  return continueList(
    limit,
    ({ buildNo }) => buildNo,
    part => history.listBuilds(who.projectId, jobId, seen, part, before),
  )
}

export interface CountedBuilds {
  readonly builds: readonly Build[]
  /** How many there are in all parts. */
  readonly total: number
}

/** A part of the same list; of the builds made in the span, by time, where one is given. */
export async function countedBuilds(
  { history }: Ports,
  who: Principal,
  jobId: JobId,
  part: Part,
  span?: Span,
): Promise<CountedBuilds> {
  const { seen } = await requireVisibleJob({ history }, who, jobId)
  const { projectId } = who
  const [builds, total] = await Promise.all([
    span === undefined
      ? history.listBuilds(projectId, jobId, seen, part)
      : history.listBuildsMade(projectId, jobId, seen, span, part),
    history.countBuilds(projectId, jobId, seen, span),
  ])
  return { builds, total }
}
