import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import type { JournalDamage } from './journal-damage.ts'
import { LiveLog } from './live-log.ts'
import type { FoundRecord } from './record-format.ts'
import type { Segment } from './segment.ts'
import type { SegmentScan } from './segment-scan.ts'
import { StoredRecords } from './stored-records.ts'

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

/** A log as it is put together again, record by record. */
interface LogHistory {
  readonly known: KnownLog
  readonly records: StoredRecords
  end: ByteOffset
  lost?: { to: ByteOffset; certain: boolean } | undefined
}

/**
 * Puts the live logs together from the records of all segments. Each log comes back up to its first gap; what a gap
 * costs goes to `onDamage`.
 */
export class LogRecovery {
  readonly #findKnown: FindKnownLogs
  readonly #onDamage: (damage: JournalDamage) => void
  /** Of all logs met so far; undefined for the deleted. */
  readonly #histories = new Map<LogId, LogHistory | undefined>()

  constructor(findKnown: FindKnownLogs, onDamage: (damage: JournalDamage) => void) {
    this.#findKnown = findKnown
    this.#onDamage = onDamage
  }

  /** To be called for one segment after the other, oldest first. */
  async add(segment: Segment, { records, logs }: Pick<SegmentScan, 'records' | 'logs'>): Promise<void> {
    const unknown = [...logs].filter(log => !this.#histories.has(log))
    const known = unknown.length === 0 ? new Map<LogId, KnownLog>() : await this.#findKnown(unknown)
    for (const log of unknown) {
      const one = known.get(log)
      this.#histories.set(log, one && { known: one, records: new StoredRecords(), end: one.packedEnd })
    }
    const take = (record: FoundRecord) => addRecord(this.#histories.get(record.log), segment, record)
    takeWholeAppends(segment, records, take)
  }

  /** The logs of which bytes are left. */
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

/** Takes all records but those of an append that a crash cut off, which is stored whole or not at all. */
function takeWholeAppends(
  segment: Segment,
  records: Iterable<FoundRecord>,
  take: (record: FoundRecord) => void,
): void {
  /** Of an append that goes on. */
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
    // It is in packs already, but it still cuts off what older records put behind it.
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
  // Whoever continued the log behind a gap was told of it at the start before.
  history.lost = undefined
  // A record that begins below the end stands over bytes that were never acknowledged.
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
