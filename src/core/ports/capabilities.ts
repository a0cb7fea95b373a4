import type { JobId, RecordId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'

/** The wall clock. */
export type Clock = () => EpochMs

/** Generates ids that cannot be guessed and never repeat. */
export interface IdGenerator {
  jobId(): JobId
  recordId(): RecordId
}

/** How full a journal is. */
export interface JournalSpace {
  readonly usedBytes: number
  /** Appends wait for space when this many bytes are in use. */
  readonly capacityBytes: number
  /** Whether an append of usual size would have to wait now until space is released. */
  readonly isFull: boolean
  /**
   * Disk space that the journal needs before it can store the next append of usual size; 0 if it
   * needs none.
   */
  readonly neededDiskBytes: number
}

/** A journal that reports how full it is, for operators. Never waits. */
export interface JournalGauge {
  space(): JournalSpace
}

/** A file system. */
export interface DiskSpace {
  /** Bytes that this process may still write. */
  readonly freeBytes: number
  readonly sizeBytes: number
}

/** A running SHA-256. */
export interface Sha256 {
  update(bytes: Uint8Array): void
  /** The digest so far: 64 hexadecimal digits in lower case. More bytes may follow. */
  hex(): string
}
export type NewSha256 = () => Sha256
