import type { JobId, ProjectId, RecordId } from '../../contract/ids.ts'
import type { LogId } from '../../contract/quantities.ts'

/** What one step of a job's removal did. */
export interface JobRemoval {
  /** The builds that are gone, and their logs. */
  readonly records: readonly RecordId[]
  readonly logs: readonly LogId[]
  /** True when no build was left, and the job itself is gone too. */
  readonly jobIsGone: boolean
}

/**
 * Takes builds out of the catalog for good. A removed record can never be made again, and no number is given twice. The
 * logs of a removed build stay on a list until their bytes are forgotten everywhere, so that a crash leaves work to do and
 * nothing that nobody knows of. What a method resolved to is durable.
 */
export interface BuildRemoval {
  /** Removes a build and its steps, all or nothing. Resolves to its logs; to undefined when the project has no such build. */
  removeBuild(project: ProjectId, record: RecordId): Promise<readonly LogId[] | undefined>

  /** Removes the job's oldest builds, at most `maxBuilds`, all or nothing, and the job with the last of them. Resolves to undefined when the project has no such job. */
  removeJob(project: ProjectId, job: JobId, maxBuilds: number): Promise<JobRemoval | undefined>

  /** Logs of removed builds whose bytes are not forgotten yet, at most `limit`. */
  removedLogs(limit: number): Promise<readonly LogId[]>

  /** Nothing refers to these logs any more: takes them off the list. */
  forgetLogs(logs: readonly LogId[]): Promise<void>
}
