import type { ByteOffset, LogId } from '../../../contract/quantities.ts'

/** What a start of the journal could not read back. Numbers are exact; ranges are half-open. */
export type JournalDamage =
  | {
      /** Bytes of a log that were stored once and are gone: the log goes on at `from`. */
      readonly kind: 'lost-bytes'
      readonly log: LogId
      readonly from: ByteOffset
      readonly to: ByteOffset
      /** False when a crash in the middle of a write explains it as well; then nothing of it was acknowledged. */
      readonly certain: boolean
    }
  | {
      /** Acknowledged records stood between these positions of a segment file; of which logs is not known. */
      readonly kind: 'unreadable-place'
      readonly path: string
      readonly from: number
      readonly to: number
    }
  | {
      /** A file that is not blank and has no header; a crash while it was first used explains that too. */
      readonly kind: 'unreadable-segment'
      readonly path: string
    }
  | {
      /** A segment that the newest names is not there, but an older one is; failed writes explain that too. */
      readonly kind: 'missing-segment'
      readonly sequence: number
    }
