import type { JobId, ProjectId, RecordId } from '../../contract/ids.ts'
import type { LogId } from '../../contract/quantities.ts'

/** What one step of a job's removal did. */
export interface JobRemoval {
  /** The removed builds and their logs. */
  readonly records: readonly RecordId[]
  readonly logs: readonly LogId[]
  /** True when no build was left and the job itself was removed. */
  readonly jobIsGone: boolean
}

/**
 * Removes builds from the catalog for good. A removed record id can never be used again, and no
 * number is given twice. The logs of a removed build stay on a list until their bytes are removed
 * everywhere, so that nothing is left unknown after a crash. What a method resolved to is durable.
 */
export interface BuildRemoval {
  /**
   * Removes a build and its steps, all or nothing. Resolves to its logs, or to undefined when the
   * project has no such build.
   */
  removeBuild(project: ProjectId, record: RecordId): Promise<readonly LogId[] | undefined>

  /**
   * Removes the job's oldest builds, at most `maxBuilds`, all or nothing, and the job with its last
   * build. Resolves to undefined when the project has no such job.
   */
  removeJob(project: ProjectId, job: JobId, maxBuilds: number): Promise<JobRemoval | undefined>

  /** Lists at most `limit` logs of removed builds whose bytes are not removed yet. */
  removedLogs(limit: number): Promise<readonly LogId[]>

  /** Takes these logs off the list. Call when nothing refers to them any more. */
  forgetLogs(logs: readonly LogId[]): Promise<void>
}
