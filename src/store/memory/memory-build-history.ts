import type { JobId, ProjectId } from '../../contract/ids.ts'
import type { Build } from '../../core/ports/build-catalog.ts'
import type {
  BuildHistory,
  Job,
  JobPlace,
  JobSelection,
  JobWithLatest,
  Part,
  Seen,
  Span,
} from '../../core/ports/build-history.ts'

/** Everything in the catalog, read at each call. */
export interface StoredHistory {
  /** The oldest first. */
  readonly jobs: () => Iterable<Job>
  readonly builds: () => Iterable<Build>
}

/** Implements BuildHistory over a catalog in memory. */
export function memoryBuildHistory(stored: StoredHistory): BuildHistory {
  const buildsOf = (project: ProjectId, job: JobId, seen: Seen) =>
    [...stored.builds()]
      .filter(build => build.projectId === project && build.jobId === job && counts(build, seen))
      .sort((a, b) => b.buildNo - a.buildNo)
  const made = (project: ProjectId, job: JobId, seen: Seen, { fromMs, toMs }: Span) =>
    buildsOf(project, job, seen)
      .filter(({ createdAtMs }) => createdAtMs >= fromMs && createdAtMs < toMs)
      .sort((a, b) => b.createdAtMs - a.createdAtMs)
  const places = new WeakMap<Job, JobPlace>()
  let lastPlace: JobPlace = 0
  const placeOf = (job: Job) => {
    const place = places.get(job) ?? ++lastPlace
    places.set(job, place)
    return place
  }
  const selected = (project: ProjectId, { seen, nameContains = '' }: JobSelection) =>
    [...stored.jobs()]
      .map(job => entry(job, placeOf(job), buildsOf(project, job.jobId, seen)[0]))
      .filter(({ job, latest }) => job.projectId === project && (latest !== undefined || !isPartial(seen)))
      .filter(({ job }) => job.name.includes(nameContains))
      .reverse()
  return {
    findJob: async (project, jobId) => {
      const job = [...stored.jobs()].find(one => one.projectId === project && one.jobId === jobId)
      return job && { projectId: project, jobId, name: job.name }
    },
    listJobs: async (project, selection, part, before = Number.POSITIVE_INFINITY) =>
      partOf(
        selected(project, selection).filter(({ place }) => place < before),
        part,
      ),
    countJobs: async (project, selection) => selected(project, selection).length,
    listBuilds: async (project, job, seen, part, before = Number.POSITIVE_INFINITY) =>
      partOf(
        buildsOf(project, job, seen).filter(({ buildNo }) => buildNo < before),
        part,
      ),
    listBuildsMade: async (project, job, seen, span, part) => partOf(made(project, job, seen, span), part),
    countBuilds: async (project, job, seen, span) =>
      (span === undefined ? buildsOf(project, job, seen) : made(project, job, seen, span)).length,
  }
}

function entry({ projectId, jobId, name }: Job, place: number, latest: Build | undefined): JobWithLatest {
  return { job: { projectId, jobId, name }, place, ...(latest === undefined ? {} : { latest }) }
}

const isPartial = ({ creatorId, recordId }: Seen) => creatorId !== undefined || recordId !== undefined

function counts(build: Build, { creatorId, recordId }: Seen): boolean {
  return (
    (creatorId === undefined || build.creatorId === creatorId) &&
    (recordId === undefined || build.recordId === recordId)
  )
}

const partOf = <T>(list: readonly T[], { skip, limit }: Part) => list.slice(skip, skip + limit)
