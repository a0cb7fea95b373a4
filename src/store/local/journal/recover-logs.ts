import type { ByteOffset } from '../../../contract/quantities.ts'
import type { LogId } from '../../../core/ports/journal.ts'
import type { JournalDamage } from './journal-damage.ts'
import { LiveLog, type StoredPiece } from './live-log.ts'
import { type FoundRecord, isEndMark } from './record-format.ts'
import type { Segment } from './segment.ts'

/** What the catalog knows of a log of which the journal holds records. */
export interface KnownLog {
  /** Bytes below are in packs. */
  readonly packedEnd: ByteOffset
  /** False for a log that takes no more appends: what is left of it becomes due. */
  readonly open: boolean
  /** Of a sealed log: whatever the journal holds behind was never acknowledged. */
  readonly sizeBytes?: ByteOffset
}

/** Asks for these logs; one that is left out is deleted, and its bytes are dropped. */
export type FindKnownLogs = (logs: readonly LogId[]) => Promise<ReadonlyMap<LogId, KnownLog>>

/** A segment with the records that count, in order. */
export interface ScannedSegment {
  readonly segment: Segment
  readonly records: readonly FoundRecord[]
}

/** A log as it is put together again, record by record. */
interface LogHistory {
  readonly known: KnownLog
  pieces: StoredPiece[]
  end: ByteOffset
  lost?: { to: ByteOffset; certain: boolean } | undefined
}

/**
 * Puts the live logs together from the records of all segments, oldest first. Each log comes back up to its first
 * gap; what a gap costs goes to `onDamage`.
 */
export async function recoverLogs(
  scanned: readonly ScannedSegment[],
  findKnown: FindKnownLogs,
  onDamage: (damage: JournalDamage) => void,
): Promise<Map<LogId, LiveLog>> {
  const found = new Set<LogId>()
  for (const { records } of scanned)
    for (const record of records) if (!isEndMark(record)) found.add(record.log)
  const known = found.size === 0 ? new Map<LogId, KnownLog>() : await findKnown([...found])
  const histories = new Map<LogId, LogHistory>()
  for (const [log, one] of known)
    if (found.has(log)) histories.set(log, { known: one, pieces: [], end: one.packedEnd })
  for (const { segment, records } of scanned) {
    for (const append of wholeAppends(segment, records))
      for (const record of append) addRecord(histories.get(record.log), segment, record)
  }
  const logs = new Map<LogId, LiveLog>()
  for (const [log, history] of histories) {
    reportLoss(log, history, onDamage)
    if (history.pieces.length > 0) logs.set(log, liveLog(log, history))
  }
  return logs
}

/** The records of each append together; without those of an append that a crash cut off, which is stored whole or not at all. */
function* wholeAppends(segment: Segment, records: readonly FoundRecord[]): Generator<readonly FoundRecord[]> {
  let parts: FoundRecord[] = []
  for (const record of records) {
    const before = parts.at(-1)
    if (before !== undefined && (before.end !== record.position || !before.moreFollows)) {
      if (isWhole(segment, parts)) yield parts
      parts = []
    }
    parts.push(record)
  }
  if (parts.length > 0 && isWhole(segment, parts)) yield parts
}

function isWhole(segment: Segment, parts: readonly FoundRecord[]): boolean {
  return !parts.at(-1)!.moreFollows || parts[0]!.position < segment.certainEnd
}

function addRecord(history: LogHistory | undefined, segment: Segment, record: FoundRecord): void {
  if (history === undefined) return
  const { packedEnd, sizeBytes = Number.MAX_SAFE_INTEGER } = history.known
  const end = Math.min(record.at + record.payloadBytes, sizeBytes)
  const from = Math.max(record.at, packedEnd)
  if (end <= from) {
    // It is in packs already, but it still cuts off what older records put behind it.
    Object.assign(history, { pieces: [], end: packedEnd, lost: undefined })
    return
  }
  if (from > history.end) {
    const certain = record.position < segment.certainEnd || history.lost?.certain === true
    history.lost = { to: Math.max(end, history.lost?.to ?? 0), certain }
    return
  }
  // Whoever continued the log behind a gap was told of it at the start before.
  history.lost = undefined
  if (from < history.end) cutOff(history, from)
  const { position, payloadBytes, at, arrivedAtMs } = record
  history.pieces.push({ segment, position, payloadBytes, at, end, arrivedAtMs })
  history.end = end
}

/** A record that begins below the end stands over bytes that were never acknowledged. */
function cutOff(history: LogHistory, end: ByteOffset): void {
  history.pieces = history.pieces
    .filter(({ at }) => at < end)
    .map(piece => (piece.end > end ? { ...piece, end } : piece))
}

function reportLoss(
  log: LogId,
  { known, end, lost }: LogHistory,
  onDamage: (damage: JournalDamage) => void,
): void {
  const to = Math.max(lost?.to ?? 0, known.sizeBytes ?? 0)
  if (to <= end) return
  const certain = known.sizeBytes !== undefined || lost!.certain
  onDamage({ kind: 'lost-bytes', log, from: end, to, certain })
}

function liveLog(log: LogId, { known, pieces }: LogHistory): LiveLog {
  const live = new LiveLog(log, known.packedEnd)
  for (const piece of pieces) live.add(piece)
  live.tip = live.head
  live.closed = !known.open
  return live
}
