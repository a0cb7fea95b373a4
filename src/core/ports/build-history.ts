import type { BuildNo, JobId, ProjectId, RecordId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { Build } from './build-catalog.ts'

export interface Job {
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly name: string
}

/** Which builds count: all, those that one user created, or one. */
export interface Seen {
  readonly creatorId?: string
  readonly recordId?: RecordId
}

/**
 * The place of a job among those of its project: a positive integer, greater for a newer job, never
 * reused.
 */
export type JobPlace = number

export interface JobSelection {
  readonly seen: Seen
  /** Only jobs whose name contains this text; case matters. */
  readonly nameContains?: string
}

export interface JobWithLatest {
  readonly job: Job
  readonly place: JobPlace
  /** The newest of its builds that count. */
  readonly latest?: Build
}

/** A part of a list: at most `limit` entries after the first `skip`. */
export interface Part {
  readonly skip: number
  readonly limit: number
}

/** Builds created in `[fromMs, toMs)`. */
export interface Span {
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

/**
 * Lists of jobs and builds, each keyed by the project: another project's job does not exist, and
 * its list is empty. Unless all builds count, a job without a build that counts is in no list.
 * Changes of the build catalog are visible at once.
 */
export interface BuildHistory {
  findJob(project: ProjectId, job: JobId): Promise<Job | undefined>

  /** Jobs, newest first; only those older than `before` if it is given. */
  listJobs(
    project: ProjectId,
    selection: JobSelection,
    part: Part,
    before?: JobPlace,
  ): Promise<readonly JobWithLatest[]>

  countJobs(project: ProjectId, selection: JobSelection): Promise<number>

  /** Builds of a job, greatest number first; only those below `before` if it is given. */
  listBuilds(
    project: ProjectId,
    job: JobId,
    seen: Seen,
    part: Part,
    before?: BuildNo,
  ): Promise<readonly Build[]>

  /**
   * Builds of a job by creation time, newest first; among equal times the greatest number first.
   */
  listBuildsMade(
    project: ProjectId,
    job: JobId,
    seen: Seen,
    span: Span,
    part: Part,
  ): Promise<readonly Build[]>

  /** The number of builds of the job, within the span if one is given. */
  countBuilds(project: ProjectId, job: JobId, seen: Seen, span?: Span): Promise<number>
}
