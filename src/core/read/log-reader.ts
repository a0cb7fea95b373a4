import type { ByteOffset, LogId } from '../../contract/quantities.ts'

/** Answers a byte range of any log, wherever its bytes are: in the journal, in packs, or on their way between. */
export interface LogReader {
  /** The offset of the next byte: every byte before it can be read. Never goes back. */
  head(log: LogId): Promise<ByteOffset>

  /**
   * Yields the bytes of `[from, to)` in order, whole, in chunks of any size of at least one byte; `to` is at most the head.
   * The consumer must not change them. Rejects with `log-damaged` where bytes are missing or fail their checksum.
   */
  read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncIterable<Uint8Array>
}
