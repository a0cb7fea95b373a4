import type { JobId, ProjectId, RecordId } from '../../contract/ids.ts'
import type { ByteOffset, EpochMs, LogId } from '../../contract/quantities.ts'

/**
 * How long builds are kept, and how many bytes of them. 0 means no limit. A limit that is missing
 * is the server's.
 */
export interface RetentionRule {
  readonly days?: number
  /** Log bytes, as they were sent. */
  readonly bytes?: number
}

/** A build as retention sees it. */
export interface AgingBuild {
  /** Its place in the order in which builds were created. */
  readonly place: number
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly recordId: RecordId
  readonly createdAtMs: EpochMs
  readonly hasOutcome: boolean
  /** A step of it accepts bytes now. */
  readonly isRunning: boolean
  /** Bytes of its sealed logs. */
  readonly sealedBytes: ByteOffset
  /** Logs that are not sealed; their size is that of their frames. */
  readonly openLogs: readonly LogId[]
  readonly jobRule: RetentionRule
}

/** What retention needs to know, across projects. */
export interface RetentionCatalog {
  /** Lists at most `limit` builds with a place before `place`, the last created first. */
  agingBuilds(place: number, limit: number): Promise<readonly AgingBuild[]>

  /**
   * Sets a job's own rule, durable when this resolves. Resolves to false when the project has no
   * such job.
   */
  setJobRule(project: ProjectId, job: JobId, rule: RetentionRule): Promise<boolean>
}
