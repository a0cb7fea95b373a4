import type { Principal } from '../access/principal.ts'
import type { BuildHistory, JobPlace, JobWithLatest, Part } from '../ports/build-history.ts'
import { type Continued, continueList } from './continued.ts'
import { visibleBuilds } from './visible-builds.ts'

interface Ports {
  readonly history: BuildHistory
}

/** Jobs of the caller's project, the newest first, of which the caller sees a build; at most `limit`, older than `before` where it is given. */
export async function listJobs(
  { history }: Ports,
  who: Principal,
  limit: number,
  before?: JobPlace,
): Promise<Continued<JobWithLatest, JobPlace>> {
  const selection = { seen: visibleBuilds(who) }
  return continueList(
    limit,
    ({ place }) => place,
    part => history.listJobs(who.projectId, selection, part, before),
  )
}

export interface CountedJobs {
  readonly jobs: readonly JobWithLatest[]
  /** How many there are in all parts. */
  readonly total: number
}

/** A part of the same list, of jobs whose name contains `nameContains`. */
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
