import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { StepState } from './build-catalog.ts'

/** What a build's own log needs to know about a step. */
export interface StepLog {
  readonly log: LogId
  readonly state: StepState
  /** Set only for a sealed step. */
  readonly sizeBytes?: ByteOffset
}

/**
 * A lean view of the steps of builds, for reads of builds with ten thousand steps, which look at
 * all of them for each page.
 */
export interface StepLogs {
  /** The build's steps in step order, as of one moment. Empty for an unknown record. */
  listStepLogs(project: ProjectId, record: RecordId): Promise<readonly StepLog[]>
}
