import type { JobId, ProjectId, RecordId } from '../../contract/ids.ts'
import type { ByteOffset, EpochMs, LogId } from '../../contract/quantities.ts'

/** How long, and how much, is kept. A limit of 0 is none; one that is not given is that of whoever is asked next: job, then server. */
export interface RetentionRule {
  readonly days?: number
  /** Log bytes, as they were sent. */
  readonly bytes?: number
}

/** A build as retention sees it. */
export interface AgingBuild {
  /** Its place in the order in which builds were made. */
  readonly place: number
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly recordId: RecordId
  readonly createdAtMs: EpochMs
  readonly hasOutcome: boolean
  /** A step of it takes bytes just now. */
  readonly isRunning: boolean
  /** Of its sealed logs. */
  readonly sealedBytes: ByteOffset
  /** Logs whose size only their frames tell. */
  readonly openLogs: readonly LogId[]
  readonly jobRule: RetentionRule
}

/** What retention needs to know, across projects. */
export interface RetentionCatalog {
  /** Builds, those made last first, at most `limit` of those before `place`. */
  agingBuilds(place: number, limit: number): Promise<readonly AgingBuild[]>

  /** Sets a job's own rule, durable when this resolves. Resolves to false when the project has no such job. */
  setJobRule(project: ProjectId, job: JobId, rule: RetentionRule): Promise<boolean>
}
