import type { JobId, RecordId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'

/** The wall clock. */
export type Clock = () => EpochMs

/** Makes ids that nobody can guess and that never repeat. */
export interface IdGenerator {
  jobId(): JobId
  recordId(): RecordId
}

/** How full a journal is. */
export interface JournalSpace {
  readonly usedBytes: number
  /** When so many bytes are in use, appends wait for space. */
  readonly capacityBytes: number
  /** An append of usual size would have to wait just now, until something is released. */
  readonly isFull: boolean
  /** What the journal must take of the disk before the next append of usual size can be stored; 0 where it has what it needs. */
  readonly neededDiskBytes: number
}

/** Beside the port, for those who run the server: a journal that can tell how full it is. Never waits. */
export interface JournalGauge {
  space(): JournalSpace
}

/** A file system. */
export interface DiskSpace {
  /** What this process may still write. */
  readonly freeBytes: number
  readonly sizeBytes: number
}

/** A SHA-256 over bytes that come one after the other. */
export interface Sha256 {
  update(bytes: Uint8Array): void
  /** The digest so far, 64 hexadecimal digits in lower case; more bytes may follow. */
  hex(): string
}
export type NewSha256 = () => Sha256
