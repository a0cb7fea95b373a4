/**
 * Rebuilds the live logs from the records that an earlier process left, and reports what is lost.
 */
import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import { LiveLog } from './live-logs.ts'
import type { FoundRecord } from './record-format.ts'
import type { Segment } from './segment.ts'
import type { JournalDamage } from './segment-files.ts'
import { StoredRecords } from './stored-records.ts'

/** What the catalog knows of a log that the journal holds records of. */
export interface KnownLog {
  /** Bytes below are in packs. */
  readonly packedEnd: ByteOffset
  /** False for a log that accepts no more appends: what is left of it becomes due. */
  readonly open: boolean
  /** Of a sealed log. Bytes that the journal holds beyond were never acknowledged. */
  readonly sizeBytes?: ByteOffset
}

/**
 * Looks these logs up. A log that is missing in the result is deleted, and its bytes are dropped.
 */
export type FindKnownLogs = (logs: readonly LogId[]) => Promise<ReadonlyMap<LogId, KnownLog>>

/** The records of one segment, in order, and the logs that have some. */
export interface SegmentRecords {
  /** Can be iterated more than once. */
  readonly records: Iterable<FoundRecord>
  readonly logs: ReadonlySet<LogId>
}

/** A log that is being rebuilt, record by record. */
interface LogHistory {
  readonly known: KnownLog
  readonly records: StoredRecords
  end: ByteOffset
  lost?: { to: ByteOffset; certain: boolean } | undefined
}

/**
 * Rebuilds the live logs from the records of all segments. Each log ends at its first gap; the loss
 * goes to `onDamage`.
 */
export class LogRecovery {
  readonly #findKnown: FindKnownLogs
  readonly #onDamage: (damage: JournalDamage) => void
  /** All logs found so far; undefined for a deleted log. */
  readonly #histories = new Map<LogId, LogHistory | undefined>()

  constructor(findKnown: FindKnownLogs, onDamage: (damage: JournalDamage) => void) {
    this.#findKnown = findKnown
    this.#onDamage = onDamage
  }

  /** Call this for each segment, oldest first. */
  async add(segment: Segment, { records, logs }: SegmentRecords): Promise<void> {
    const unknown = [...logs].filter(log => !this.#histories.has(log))
    const known = unknown.length === 0 ? new Map<LogId, KnownLog>() : await this.#findKnown(unknown)
    for (const log of unknown) {
      const one = known.get(log)
      this.#histories.set(log, one && { known: one, records: new StoredRecords(), end: one.packedEnd })
    }
    const take = (record: FoundRecord) => addRecord(this.#histories.get(record.log), segment, record)
    takeWholeAppends(segment, records, take)
  }

  /** The logs that have bytes left. */
  end(): Map<LogId, LiveLog> {
    const logs = new Map<LogId, LiveLog>()
    for (const [log, history] of this.#histories) {
      if (history === undefined) continue
      reportLoss(log, history, this.#onDamage)
      if (history.records.count > 0) logs.set(log, liveLog(log, history))
    }
    return logs
  }
}

/**
 * Passes on all records except those of an append that a crash cut off: an append is stored whole
 * or not at all.
 */
function takeWholeAppends(
  segment: Segment,
  records: Iterable<FoundRecord>,
  take: (record: FoundRecord) => void,
): void {
  /** The records so far of an append that continues. */
  let parts: FoundRecord[] = []
  const endCutOff = () => {
    if (parts.length > 0 && parts[0]!.position < segment.certainEnd) parts.forEach(take)
    parts = []
  }
  for (const record of records) {
    if (parts.length > 0 && parts.at(-1)!.end !== record.position) endCutOff()
    if (record.moreFollows) parts.push(record)
    else {
      parts.forEach(take)
      parts = []
      take(record)
    }
  }
  endCutOff()
}

function addRecord(history: LogHistory | undefined, segment: Segment, record: FoundRecord): void {
  if (history === undefined) return
  const { packedEnd, sizeBytes = Number.MAX_SAFE_INTEGER } = history.known
  const end = Math.min(record.at + record.payloadBytes, sizeBytes)
  const from = Math.max(record.at, packedEnd)
  if (end <= from) {
    // It is in packs already, but it still cuts off the older records that follow it.
    history.records.clear()
    history.end = packedEnd
    history.lost = undefined
    return
  }
  if (from > history.end) {
    const certain = record.position < segment.certainEnd || history.lost?.certain === true
    history.lost = { to: Math.max(end, history.lost?.to ?? 0), certain }
    return
  }
  // The log was continued here after an earlier start had already reported the gap.
  history.lost = undefined
  // A record that begins below the end replaces bytes that were never acknowledged.
  if (from <= packedEnd) history.records.clear()
  else if (from < history.end) history.records.cutOff(from)
  const { position, payloadBytes, at } = record
  history.records.add({ segment, position, payloadBytes, at, end })
  history.end = end
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

function liveLog(log: LogId, { known, records }: LogHistory): LiveLog {
  const live = new LiveLog(log, known.packedEnd, records)
  live.closed = !known.open
  return live
}
