import type { JobId, RecordId } from '../../contract/ids.ts'
import type { EpochMs } from '../../contract/quantities.ts'

/** The wall clock. */
export type Clock = () => EpochMs

/** Makes ids that nobody can guess and that never repeat. */
export interface Mint {
  jobId(): JobId
  recordId(): RecordId
}

/** A SHA-256 over bytes that come one after the other. */
export interface Sha256 {
  update(bytes: Uint8Array): void
  /** The digest so far, 64 hexadecimal digits in lower case; more bytes may follow. */
  hex(): string
}
export type NewSha256 = () => Sha256
