/** What the journal knows of its live logs, and which of them should move to packs. */
import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import type { DueLog } from '../../../core/ports/journal.ts'
import { Bell, type SegmentRing } from './segment-ring.ts'
import { type StoredRecord, StoredRecords } from './stored-records.ts'

/**
 * A log that the journal has, from its opening until it is closed and everything of it is released.
 */
export class LiveLog {
  readonly log: LogId
  /** Bytes below are released. */
  from: ByteOffset
  /** Bytes below are durable. */
  head: ByteOffset
  /** Where the log ends, including appends in progress. */
  tip: ByteOffset
  closed = false
  /** Settles with the last append accepted so far; never rejects. */
  settled: Promise<unknown> = Promise.resolve()
  readonly #records: StoredRecords

  /** `records` are those that recovery found; none of them ends below `from`. */
  constructor(log: LogId, from: ByteOffset, records = new StoredRecords()) {
    this.log = log
    this.#records = records
    this.from = from
    this.head = records.end ?? from
    this.tip = this.head
    for (const segment of records.segments) segment.logs.add(log)
  }

  get oldestRecord(): Pick<StoredRecord, 'segment' | 'position'> | undefined {
    return this.#records.oldest
  }

  get recordCount(): number {
    return this.#records.count
  }

  /** Adds a durable record that continues the log; it pins its segment. */
  add(record: StoredRecord): void {
    this.#records.add(record)
    this.head = record.end
    record.segment.logs.add(this.log)
  }

  /**
   * Moves the beginning. Segments that no longer hold anything of the log are no longer pinned by
   * it.
   */
  release(upTo: ByteOffset): void {
    this.from = Math.max(this.from, Math.min(upTo, this.head))
    for (const segment of this.#records.dropBelow(this.from)) segment.logs.delete(this.log)
  }

  /**
   * The records that hold `at` and the bytes that follow, below `to`: about `maxBytes` together and
   * at most `maxRecords`, but at least one.
   */
  window(at: ByteOffset, to: ByteOffset, maxBytes: number, maxRecords: number): readonly StoredRecord[] {
    return this.#records.window(at, to, maxBytes, maxRecords)
  }
}

/** Knows which logs are due to move to packs, without looking at all live logs. */
export class DueLogs {
  readonly changed = new Bell()
  readonly #frameBytes: number
  readonly #maxRecords: number
  /** Logs with a full frame or too many records, and closed logs with bytes left. */
  readonly #ready = new Set<LiveLog>()

  constructor(frameBytes: number, maxRecords: number) {
    this.#frameBytes = frameBytes
    this.#maxRecords = maxRecords
  }

  /** Call this whenever a log grew or was closed, opened or released. */
  update(live: LiveLog): void {
    const hasRest = live.head > live.from
    if (hasRest && (live.closed || this.#hasFrame(live) || live.recordCount >= this.#maxRecords))
      this.#ready.add(live)
    else this.#ready.delete(live)
  }

  /** Wakes those who wait for due logs, unless it is certain that there are none. */
  wake(ring: SegmentRing): void {
    if (this.#ready.size > 0 || ring.isShort) this.changed.ring()
  }

  /** Everything that is due now, ordered by the age of the space that it pins, oldest first. */
  now(ring: SegmentRing, logs: ReadonlyMap<LogId, LiveLog>): DueLog[] {
    const inWay = ring.logsInWay()
    const due = new Set(this.#ready)
    for (const log of inWay) due.add(logs.get(log)!)
    return [...due].sort(byAge).map(live => ({
      log: live.log,
      from: live.from,
      to: live.head,
      // A log that is due only for its many records has no full frame.
      everything: live.closed || inWay.has(live.log) || !this.#hasFrame(live),
    }))
  }

  #hasFrame(live: LiveLog): boolean {
    return live.head - live.from >= this.#frameBytes
  }
}

function byAge({ oldestRecord: one }: LiveLog, { oldestRecord: other }: LiveLog): number {
  const segments = one!.segment.header.sequence - other!.segment.header.sequence
  return segments === 0 ? one!.position - other!.position : segments
}
