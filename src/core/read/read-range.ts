import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { LogReader } from './log-reader.ts'

/** The bytes of `[from, to)` in one piece; for ranges small enough to hold. Rejects as the reader does. The caller must not change them. */
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
