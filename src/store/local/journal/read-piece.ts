import { TailraceError } from '../../../contract/errors.ts'
import type { ByteOffset } from '../../../contract/quantities.ts'
import type { JournalPiece, LogId } from '../../../core/ports/journal.ts'
import { readFully } from './file-layer.ts'
import type { StoredPiece } from './live-log.ts'
import { decodeRecord, RECORD_HEADER_BYTES } from './record-format.ts'

/** The bytes of a piece that fall into `[from, to)`, checked against the record. Rejects with `log-damaged`. */
export async function readPiece(
  log: LogId,
  piece: StoredPiece,
  from: ByteOffset,
  to: ByteOffset,
): Promise<JournalPiece> {
  const { segment, position, payloadBytes, at, end, arrivedAtMs } = piece
  const record = Buffer.allocUnsafeSlow(RECORD_HEADER_BYTES + payloadBytes)
  const damaged = (cause?: unknown) =>
    new TailraceError('log-damaged', `bytes ${at} to ${end} of log ${log} cannot be read back`, {}, { cause })
  await readFully(segment.store.file, record, position).catch((cause: unknown) => {
    throw damaged(cause)
  })
  const found = decodeRecord(record, 0, segment.key, position)
  if (found?.log !== log || found.at !== at || found.payloadBytes !== payloadBytes) throw damaged()
  const begin = Math.max(from, at)
  const bytes = record.subarray(
    RECORD_HEADER_BYTES + begin - at,
    RECORD_HEADER_BYTES + Math.min(to, end) - at,
  )
  return { at: begin, bytes, arrivedAtMs }
}
