import type { BuildNo, JobId, ProjectId, RecordId, StepId } from '../../contract/ids.ts'
import type { ByteOffset, EpochMs, LogId } from '../../contract/quantities.ts'

/** How a build or step ended, in the words of the API family. */
export type Outcome = 'SUCCESS' | 'FAILURE' | 'ABORTED'

/** waiting → running → sealed; abandoned: silent for too long, an append makes it running again; skipped: never begun when its build finished, an append makes it running too. */
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
  /** The user who made the build. */
  readonly creatorId: string
  readonly createdAtMs: EpochMs
  readonly state: StepState
  readonly beganAtMs?: EpochMs
  readonly finishedAtMs?: EpochMs
  /** From here on only when sealed. */
  readonly outcome?: Outcome
  readonly sizeBytes?: ByteOffset
  /** 64 hexadecimal digits in lower case. */
  readonly sha256?: string
  /** True when the writer named the sha256 and it was right. */
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
  /** An existing job by id, or a job by name, which is made with `jobId` when the project has none of that name. */
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
 * What exists: jobs, builds and steps, each look-up keyed by the caller's project, so that another project's object
 * is not there. What a method resolved to is durable.
 */
export interface BuildCatalog {
  /**
   * Makes a build, its job if that is new, and its steps, all or nothing; the number is the job's next, never used
   * before. `created: false` with the build as it stands when the project already has this recordId, whatever the draft says.
   * Rejects with `not-found` for an unknown job id.
   */
  createBuild(draft: BuildDraft): Promise<{ readonly build: Build; readonly created: boolean }>

  /**
   * Adds steps, all or nothing, with state waiting. A step that is there with the same name stays as it is; with
   * another name: `already-exists`. Rejects with `not-found` for an unknown record.
   */
  addSteps(project: ProjectId, record: RecordId, steps: readonly StepDraft[]): Promise<void>

  findBuild(project: ProjectId, address: BuildAddress): Promise<Build | undefined>

  findStep(project: ProjectId, address: BuildAddress, step: StepId): Promise<Step | undefined>

  /** The build's steps in step order. */
  listSteps(project: ProjectId, record: RecordId): Promise<readonly Step[]>

  /** Changes a step if its state is one of `from`; resolves to whether it did. */
  changeStep(log: LogId, from: readonly StepState[], change: StepChange): Promise<boolean>

  /** Sets the build's outcome and, of its waiting steps, makes skipped ones. Resolves to false when the build already has an outcome, and changes nothing then. Rejects with `not-found` for an unknown record. */
  finishBuild(project: ProjectId, record: RecordId, outcome: Outcome, atMs: EpochMs): Promise<boolean>
}

export interface StepSummary {
  readonly state: StepState
  /** When the build was created. */
  readonly createdAtMs: EpochMs
  /** Only when sealed. */
  readonly sizeBytes?: ByteOffset
}

/** A log that takes appends, and the build that it is of. */
export interface RunningLog {
  readonly log: LogId
  readonly projectId: ProjectId
  readonly recordId: RecordId
  readonly buildCreatedAtMs: EpochMs
  readonly buildHasOutcome: boolean
}

/** A build without outcome. */
export interface OpenBuild {
  readonly projectId: ProjectId
  readonly recordId: RecordId
  readonly createdAtMs: EpochMs
}

/** What maintenance needs to know of steps, across projects. */
export interface StepCensus {
  /** The states of these logs. A log that does not exist is left out. */
  statesOf(logs: readonly LogId[]): Promise<ReadonlyMap<LogId, StepSummary>>

  /** All logs with state running, in order of log id, after `after`, at most `limit`. */
  runningLogs(after: LogId, limit: number): Promise<readonly RunningLog[]>

  /** Builds without outcome that were made at `sinceMs` or later. */
  openBuilds(sinceMs: EpochMs): Promise<readonly OpenBuild[]>

  /** The greatest log id ever given, also to logs that were deleted since; 0 before the first. */
  lastLog(): Promise<LogId>
}
