import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { StepState } from './build-catalog.ts'

/** What a build's own log needs to know of a step. */
export interface StepLog {
  readonly log: LogId
  readonly state: StepState
  /** Only when sealed. */
  readonly sizeBytes?: ByteOffset
}

/** The steps of builds once more, for reads that meet all ten thousand of a build at each page: nothing but what they need. */
export interface StepLogs {
  /** The build's steps in step order, as they stand at one moment. Empty for an unknown record. */
  listStepLogs(project: ProjectId, record: RecordId): Promise<readonly StepLog[]>
}
