import type { ByteOffset, LogId } from '../../../contract/quantities.ts'

/** Reads bytes of any log, live or stored. Every read in Tailrace uses this interface. */
export interface LogReader {
  /** The offset of the next byte. All bytes below it can be read. It never decreases. */
  head(log: LogId): Promise<ByteOffset>

  /**
   * Yields exactly the bytes `[from, to)`, in order, in chunks of at least one byte. `to` must not
   * exceed the head. The caller must not change the chunks. Rejects with `log-damaged` if bytes are
   * missing or fail their checksum.
   */
  read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncIterable<Uint8Array>
}

/**
 * The bytes `[from, to)` as one array, for ranges that fit in memory. The caller must not change
 * it. Rejects as `LogReader.read` does.
 */
export async function readRange(
  reader: LogReader,
  log: LogId,
  from: ByteOffset,
  to: ByteOffset,
): Promise<Uint8Array> {
  let joined: Uint8Array | undefined
  let at = from
  for await (const chunk of reader.read(log, from, to)) {
    if (chunk.length === to - from) return chunk
    joined ??= new Uint8Array(to - from)
    joined.set(chunk, at - from)
    at += chunk.length
  }
  return joined ?? new Uint8Array(0)
}

/**
 * Whether the log holds `bytes` at `at`. They must end at or below its head. Rejects as
 * `LogReader.read` does.
 */
export async function equalsStored(
  reader: LogReader,
  log: LogId,
  at: ByteOffset,
  bytes: Uint8Array,
): Promise<boolean> {
  let compared = 0
  for await (const stored of reader.read(log, at, at + bytes.length)) {
    for (let i = 0; i < stored.length; i++) if (stored[i] !== bytes[compared + i]) return false
    compared += stored.length
  }
  return true
}
