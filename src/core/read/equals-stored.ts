import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { LogReader } from './log-reader.ts'

/** Whether the log's bytes from `at` on, below its head, are `bytes`. Rejects as `LogReader.read` does. */
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
