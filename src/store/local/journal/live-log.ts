import type { ByteOffset, LogId } from '../../../contract/quantities.ts'
import { type StoredRecord, StoredRecords } from './stored-records.ts'

/** What the journal knows of a live log. */
export class LiveLog {
  readonly log: LogId
  /** Bytes below are released. */
  from: ByteOffset
  /** Bytes below are durable. */
  head: ByteOffset
  /** Where the log ends, appends still under way included. */
  tip: ByteOffset
  closed = false
  /** Settles with the last append accepted so far; never rejects. */
  settled: Promise<unknown> = Promise.resolve()
  readonly #records: StoredRecords

  /** `records` are those that recovery found, none of which ends below `from`. */
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

  /** A durable record that continues the log; it pins its segment. */
  add(record: StoredRecord): void {
    this.#records.add(record)
    this.head = record.end
    record.segment.logs.add(this.log)
  }

  /** Moves the beginning; segments in which nothing of the log is left are no longer pinned by it. */
  release(upTo: ByteOffset): void {
    this.from = Math.max(this.from, Math.min(upTo, this.head))
    for (const segment of this.#records.dropBelow(this.from)) segment.logs.delete(this.log)
  }

  /** The records that hold `at` and what follows it below `to`: about `maxBytes` together and `maxRecords` at most, but at least one. */
  window(at: ByteOffset, to: ByteOffset, maxBytes: number, maxRecords: number): readonly StoredRecord[] {
    return this.#records.window(at, to, maxBytes, maxRecords)
  }
}
