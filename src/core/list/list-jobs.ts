import { type Principal, visibleBuilds } from '../access/principal.ts'
import type { BuildHistory, JobPlace, JobWithLatest, Part } from '../ports/build-history.ts'
import { type ListPage, listPage } from './list-page.ts'

interface Ports {
  readonly history: BuildHistory
}

/**
 * A page of the jobs of the caller's project, newest first: at most `limit`, and only those older
 * than `before` if it is given. A job is listed if the caller can see one of its builds. Rejects
 * with `not-allowed`.
 */
export async function listJobs(
  { history }: Ports,
  who: Principal,
  limit: number,
  before?: JobPlace,
): Promise<ListPage<JobWithLatest, JobPlace>> {
  const selection = { seen: visibleBuilds(who) }
  return listPage(
    limit,
    ({ place }) => place,
    part => history.listJobs(who.projectId, selection, part, before),
  )
}

export interface CountedJobs {
  readonly jobs: readonly JobWithLatest[]
  /** How many jobs the whole list has. */
  readonly total: number
}

/**
 * A part of the same list, of jobs whose name contains `nameContains`, and the size of the list.
 * Rejects with `not-allowed`.
 */
export async function countedJobs(
  { history }: Ports,
  who: Principal,
  part: Part,
  nameContains: string,
): Promise<CountedJobs> {
  const selection = { seen: visibleBuilds(who), nameContains }
  const [jobs, total] = await Promise.all([
    history.listJobs(who.projectId, selection, part),
    history.countJobs(who.projectId, selection),
  ])
  return { jobs, total }
}
