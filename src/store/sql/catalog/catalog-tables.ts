import type { Generated } from 'kysely'
import type { BuildNo, JobId, ProjectId, RecordId, StepId } from '../../../contract/ids.ts'
import type { ByteOffset, EpochMs, LineNumber, LogId } from '../../../contract/quantities.ts'
import type { PackId } from '../../../core/ports/pack-store.ts'

/**
 * The tables of the build catalog and the frame catalog. docs/formats/catalog.md gives the reasons.
 */
export interface CatalogTables {
  jobs: JobRow
  builds: BuildRow
  steps: StepRow
  packs: PackRow
  frames: FrameRow
  removed_records: RemovedRecordRow
  removed_logs: RemovedLogRow
}

interface JobRow {
  id: Generated<number>
  project_id: ProjectId
  job_id: JobId
  name: string
  next_build_no: BuildNo
  /** The job's own retention rule. */
  retention_days: number | null
  retention_bytes: number | null
}

interface BuildRow {
  id: Generated<number>
  project_id: ProjectId
  record_id: RecordId
  job: number
  build_no: BuildNo
  source: string
  creator_id: string
  created_at_ms: EpochMs
  finished_at_ms: EpochMs | null
  /** An outcome code. */
  outcome: number | null
}

interface StepRow {
  log: Generated<LogId>
  build: number
  step_id: StepId
  name: string
  /** A state code. */
  state: number
  began_at_ms: EpochMs | null
  finished_at_ms: EpochMs | null
  /** An outcome code. */
  outcome: number | null
  size_bytes: ByteOffset | null
  /** 32 bytes. */
  sha256: Uint8Array | null
  /** 0 or 1. */
  verified: number | null
}

interface PackRow {
  id: Generated<number>
  name: PackId
  /** The greatest end of a frame that any row ever named. */
  end_position: number
  /** Stored bytes of the frames that rows name. */
  live_bytes: Generated<number>
}

interface FrameRow {
  log: LogId
  at: ByteOffset
  /** Log bytes. */
  bytes: number
  first_line: LineNumber
  lines: number
  pack: number
  position: number
  stored_bytes: number
}

/** A removed record id, so that it is never used again. */
interface RemovedRecordRow {
  project_id: ProjectId
  record_id: RecordId
}

/** A log of a removed build whose bytes are not removed yet. */
interface RemovedLogRow {
  log: LogId
}
