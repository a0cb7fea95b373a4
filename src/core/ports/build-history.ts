import type { BuildNo, JobId, ProjectId, RecordId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { Build } from './build-catalog.ts'

export interface Job {
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly name: string
}

/** Which builds count: all of them, those that one user made, or one. */
export interface Seen {
  readonly creatorId?: string
  readonly recordId?: RecordId
}

/** Where a job stands among its project's: a positive integer, greater for a newer job, never used again. */
export type JobPlace = number

export interface JobSelection {
  readonly seen: Seen
  /** Only jobs whose name contains this, case and all. */
  readonly nameContains?: string
}

export interface JobWithLatest {
  readonly job: Job
  readonly place: JobPlace
  /** The newest of its builds that count. */
  readonly latest?: Build
}

/** A part of a list: after `skip` entries at most `limit`. */
export interface Part {
  readonly skip: number
  readonly limit: number
}

/** Builds made in `[fromMs, toMs)`. */
export interface Span {
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

/**
 * Lists of jobs and builds, each keyed by the project: another project's job is not there, and its list is empty. A job of which
 * no build counts is in no list unless all builds count. What the build catalog resolved to is seen at once.
 */
export interface BuildHistory {
  findJob(project: ProjectId, job: JobId): Promise<Job | undefined>

  /** The newest jobs first; of those older than `before`, where it is given. */
  listJobs(
    project: ProjectId,
    selection: JobSelection,
    part: Part,
    before?: JobPlace,
  ): Promise<readonly JobWithLatest[]>

  countJobs(project: ProjectId, selection: JobSelection): Promise<number>

  /** Builds of a job by number, the greatest first; of those below `before`, where it is given. */
  listBuilds(
    project: ProjectId,
    job: JobId,
    seen: Seen,
    part: Part,
    before?: BuildNo,
  ): Promise<readonly Build[]>

  /** Builds of a job by the time they were made, the newest first; of one time, the greatest number first. */
  listBuildsMade(
    project: ProjectId,
    job: JobId,
    seen: Seen,
    span: Span,
    part: Part,
  ): Promise<readonly Build[]>

  /** How many builds of the job there are, in the span where one is given. */
  countBuilds(project: ProjectId, job: JobId, seen: Seen, span?: Span): Promise<number>
}
