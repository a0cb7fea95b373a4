import type { BuildNo, JobId, ProjectId, RecordId, StepId } from '../../contract/ids.ts'
import type { ByteOffset, EpochMs, LogId } from '../../contract/quantities.ts'

/** How a build or step ended, in the words of the API family. */
export type Outcome = 'SUCCESS' | 'FAILURE' | 'ABORTED'

/**
 * waiting → running → sealed. An abandoned step was silent for too long; a skipped one had not
 * begun when its build finished. An append makes either of them running.
 */
export type StepState = 'waiting' | 'running' | 'sealed' | 'abandoned' | 'skipped'

export interface Step {
  readonly log: LogId
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly buildNo: BuildNo
  readonly recordId: RecordId
  readonly stepId: StepId
  readonly name: string
  /** The build's source, answered as `location`. */
  readonly source: string
  /** The user who created the build. */
  readonly creatorId: string
  readonly createdAtMs: EpochMs
  readonly state: StepState
  readonly beganAtMs?: EpochMs
  readonly finishedAtMs?: EpochMs
  /** This and the following fields are set only for a sealed step. */
  readonly outcome?: Outcome
  readonly sizeBytes?: ByteOffset
  /** 64 hexadecimal digits in lower case. */
  readonly sha256?: string
  /** True when the writer gave the SHA-256 and it was right. */
  readonly verified?: boolean
}

export interface Build {
  readonly projectId: ProjectId
  readonly jobId: JobId
  readonly jobName: string
  readonly buildNo: BuildNo
  readonly recordId: RecordId
  readonly source: string
  readonly creatorId: string
  readonly createdAtMs: EpochMs
  readonly finishedAtMs?: EpochMs
  readonly outcome?: Outcome
}

export interface StepDraft {
  readonly stepId: StepId
  readonly name: string
}

export interface BuildDraft {
  readonly projectId: ProjectId
  readonly recordId: RecordId
  /**
   * An existing job by id; or a job by name, created with `idIfNew` if the project has none of that
   * name.
   */
  readonly job: { readonly id: JobId } | { readonly name: string; readonly idIfNew: JobId }
  readonly source: string
  readonly creatorId: string
  readonly createdAtMs: EpochMs
  readonly steps: readonly StepDraft[]
}

/** Names a build: by record, or by job and number. */
export type BuildAddress =
  | { readonly recordId: RecordId }
  | { readonly jobId: JobId; readonly buildNo: BuildNo }

/** A change of a step's state; only the given fields change. */
export interface StepChange {
  readonly state: StepState
  readonly beganAtMs?: EpochMs
  readonly finishedAtMs?: EpochMs
  readonly outcome?: Outcome
  readonly sizeBytes?: ByteOffset
  readonly sha256?: string
  readonly verified?: boolean
}

/**
 * Jobs, builds and steps. Every look-up is keyed by the caller's project, so that another
 * project's objects do not exist for it. What a method resolved to is durable.
 */
export interface BuildCatalog {
  /**
   * Creates a build, its job if that is new, and its steps, all or nothing. Its number is the job's
   * next one, never used before. If the project already has this recordId, resolves to the existing
   * build with `created: false`, whatever the draft says. Rejects with `not-found` for an unknown
   * job id.
   */
  createBuild(draft: BuildDraft): Promise<{ readonly build: Build; readonly created: boolean }>

  /**
   * Adds steps in state waiting, all or nothing. An existing step of the same id and name stays as
   * it is. Rejects with `already-exists` for an existing id with another name, and with `not-found`
   * for an unknown record.
   */
  addSteps(project: ProjectId, record: RecordId, steps: readonly StepDraft[]): Promise<void>

  findBuild(project: ProjectId, address: BuildAddress): Promise<Build | undefined>

  findStep(project: ProjectId, address: BuildAddress, step: StepId): Promise<Step | undefined>

  /** The build's steps in step order. */
  listSteps(project: ProjectId, record: RecordId): Promise<readonly Step[]>

  /** Changes a step if its state is one of `from`; resolves to whether it did. */
  changeStep(log: LogId, from: readonly StepState[], change: StepChange): Promise<boolean>

  /**
   * Sets the build's outcome and marks its waiting steps as skipped. Resolves to false, and changes
   * nothing, if the build already has an outcome. Rejects with `not-found` for an unknown record.
   */
  finishBuild(project: ProjectId, record: RecordId, outcome: Outcome, atMs: EpochMs): Promise<boolean>
}

export interface StepSummary {
  readonly state: StepState
  /** When the build was created. */
  readonly createdAtMs: EpochMs
  /** Only when sealed. */
  readonly sizeBytes?: ByteOffset
}

/** A log that accepts appends, and its build. */
export interface RunningLog {
  readonly log: LogId
  readonly projectId: ProjectId
  readonly recordId: RecordId
  readonly buildCreatedAtMs: EpochMs
  readonly buildHasOutcome: boolean
}

/** A build without an outcome. */
export interface OpenBuild {
  readonly projectId: ProjectId
  readonly recordId: RecordId
  readonly createdAtMs: EpochMs
}

/** What maintenance needs to know of steps, across projects. */
export interface StepCensus {
  /** The states of these logs. A log that does not exist is left out. */
  statesOf(logs: readonly LogId[]): Promise<ReadonlyMap<LogId, StepSummary>>

  /** Running logs with ids greater than `after`, in order of their ids, at most `limit`. */
  runningLogs(after: LogId, limit: number): Promise<readonly RunningLog[]>

  /** Builds without an outcome that were created at `sinceMs` or later. */
  openBuilds(sinceMs: EpochMs): Promise<readonly OpenBuild[]>

  /** The greatest log id ever assigned, deleted logs included; 0 before the first. */
  lastLog(): Promise<LogId>
}
