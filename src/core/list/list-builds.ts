import type { BuildNo, JobId } from '../../contract/ids.ts'
import type { Principal } from '../access/principal.ts'
import type { Build } from '../ports/build-catalog.ts'
import type { BuildHistory, Part, Span } from '../ports/build-history.ts'
import { requireVisibleJob } from './find-job.ts'
import { type ListPage, listPage } from './list-page.ts'

interface Ports {
  readonly history: BuildHistory
}

/**
 * A page of the builds of a job that the caller can see, newest first: at most `limit`, and only
 * those numbered below `before` if it is given. Rejects with `not-found` or `not-allowed`.
 */
export async function listBuilds(
  { history }: Ports,
  who: Principal,
  jobId: JobId,
  limit: number,
  before?: BuildNo,
): Promise<ListPage<Build, BuildNo>> {
  const { seen } = await requireVisibleJob({ history }, who, jobId)
  return listPage(
    limit,
    ({ buildNo }) => buildNo,
    part => history.listBuilds(who.projectId, jobId, seen, part, before),
  )
}

/**
 * The newest build of the job that the caller can see, if any. Rejects with `not-found` or
 * `not-allowed`.
 */
export async function latestBuild(
  { history }: Ports,
  who: Principal,
  jobId: JobId,
): Promise<Build | undefined> {
  const { seen } = await requireVisibleJob({ history }, who, jobId)
  const [latest] = await history.listBuilds(who.projectId, jobId, seen, { skip: 0, limit: 1 })
  return latest
}

export interface CountedBuilds {
  readonly builds: readonly Build[]
  /** How many builds the whole list has. */
  readonly total: number
}

/**
 * A part of the same list, and the size of the list. With a span, the list has only builds created
 * in it. Rejects with `not-found` or `not-allowed`.
 */
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
