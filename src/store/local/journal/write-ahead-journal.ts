import { setImmediate as nextTurn } from 'node:timers/promises'
import { TailraceError } from '../../../contract/errors.ts'
import { CHECKED_BODY_MAX_BYTES } from '../../../contract/limits.ts'
import { type ByteOffset, type EpochMs, KIB, type LogId } from '../../../contract/quantities.ts'
import type { JournalGauge, JournalSpace } from '../../../core/ports/capabilities.ts'
import type { DueLog, Extent, Journal, JournalChunk } from '../../../core/ports/journal.ts'
import { GroupCommit } from './group-commit.ts'
import { DueLogs, LiveLog } from './live-logs.ts'
import { RecentBytes } from './recent-bytes.ts'
import { encodedBytes, RECORD_HEADER_BYTES } from './record-format.ts'
import { RecordReader } from './record-reader.ts'
import type { SegmentRing } from './segment-ring.ts'

/** How much a reader has in memory at once, give or take one record. */
const READ_WINDOW_BYTES = 256 * KIB
const READ_WINDOW_RECORDS = 2048
const MAX_ARRIVAL_MS = 2 ** 48 - 1

export interface WriteAheadJournalParts {
  readonly ring: SegmentRing
  readonly logs: Map<LogId, LiveLog>
  readonly frameBytes: number
  readonly maxRecords: number
  readonly recentBytes: number
  readonly batchBytes: number
  readonly spaceTimeoutMs: number
}

/** A log that has bytes in the journal. */
export interface StoredLog {
  readonly log: LogId
  /** About how much space its records take. */
  readonly storedBytes: number
}

/** A journal that can be measured and copied. */
export interface LocalJournal extends Journal, JournalGauge {
  /** The logs that have durable bytes here now. */
  storedLogs(): readonly StoredLog[]
}

/**
 * The journal as one write-ahead log for all logs, in recycled segment files
 * (docs/formats/journal.md).
 */
export class WriteAheadJournal implements LocalJournal {
  readonly #ring: SegmentRing
  readonly #logs: Map<LogId, LiveLog>
  readonly #due: DueLogs
  readonly #commit: GroupCommit
  readonly #reader: RecordReader
  readonly #spaceTimeoutMs: number
  #ending: Promise<void> | undefined

  constructor(parts: WriteAheadJournalParts) {
    const { ring, logs, frameBytes, maxRecords, recentBytes, batchBytes, spaceTimeoutMs } = parts
    this.#ring = ring
    this.#logs = logs
    this.#spaceTimeoutMs = spaceTimeoutMs
    this.#due = new DueLogs(frameBytes, maxRecords)
    for (const live of logs.values()) this.#due.update(live)
    const recent = new RecentBytes(recentBytes)
    this.#reader = new RecordReader(recent, ring)
    this.#commit = new GroupCommit({ ring, recent, batchBytes, onStored: grown => this.#changed(grown) })
  }

  async open(log: LogId, head: ByteOffset): Promise<Extent> {
    this.#assertRunning()
    const live = this.#logs.get(log) ?? new LiveLog(log, head)
    this.#logs.set(log, live)
    live.closed = false
    this.#changed([live])
    return { from: live.from, head: live.head }
  }

  async extent(log: LogId): Promise<Extent | undefined> {
    this.#assertRunning()
    const live = this.#logs.get(log)
    return live && { from: live.from, head: live.head }
  }

  storedLogs(): readonly StoredLog[] {
    this.#assertRunning()
    return [...this.#logs.values()]
      .filter(({ from, head }) => from < head)
      .map(({ log, from, head, recordCount }) => ({
        log,
        storedBytes: head - from + recordCount * RECORD_HEADER_BYTES,
      }))
  }

  async append(log: LogId, at: ByteOffset, bytes: Uint8Array, arrivedAtMs: EpochMs): Promise<ByteOffset> {
    this.#assertRunning()
    this.#assertAppendable(bytes, arrivedAtMs)
    const live = this.#logs.get(log)
    if (live === undefined) throw notLive(log)
    if (live.closed)
      throw new TailraceError('log-sealed', `log ${log} accepts no more bytes`, { head: live.head })
    if (at !== live.tip) {
      // Appends in progress decide what the head is, and only a durable head may be reported.
      await live.settled
      throw new TailraceError('offset-conflict', `log ${log} does not end at ${at}`, { head: live.head })
    }
    const { promise, resolve, reject } = Promise.withResolvers<ByteOffset>()
    live.tip = at + bytes.length
    live.settled = promise.catch(() => {})
    const deadlineMs = performance.now() + this.#spaceTimeoutMs
    this.#commit.add({ live, at, bytes, arrivedAtMs, deadlineMs, resolve, reject })
    return promise
  }

  async *read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncGenerator<JournalChunk> {
    for (let at = from; at < to; ) {
      // Bytes in memory are read without a pause, so give others their turn in between.
      if (at > from) await nextTurn()
      this.#assertRunning()
      const live = this.#logs.get(log)
      if (live === undefined || at < live.from || at >= live.head) return
      const window = live.window(at, to, READ_WINDOW_BYTES, READ_WINDOW_RECORDS)
      for (const chunk of await this.#reader.read(log, window, at, to)) {
        yield chunk
        at += chunk.bytes.length
      }
    }
  }

  async close(log: LogId): Promise<ByteOffset> {
    this.#assertRunning()
    const live = this.#logs.get(log)
    if (live === undefined) throw notLive(log)
    live.closed = true
    await live.settled
    this.#changed([live])
    return live.head
  }

  async due(signal: AbortSignal): Promise<readonly DueLog[]> {
    while (!signal.aborted && this.#ending === undefined) {
      const due = this.#due.now(this.#ring, this.#logs)
      if (due.length > 0) return due
      await this.#due.changed.wait({ signal })
    }
    return []
  }

  async release(log: LogId, upTo: ByteOffset): Promise<void> {
    this.#assertRunning()
    const live = this.#logs.get(log)
    if (live === undefined) return
    live.release(upTo)
    this.#changed([live])
    this.#ring.dropFreed()
  }

  space(): JournalSpace {
    return this.#ring.space()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#end()
    await this.#ending
  }

  async #end(): Promise<void> {
    this.#due.changed.ring()
    await this.#commit.end()
    await this.#ring.end()
  }

  /** Updates what depends on these logs, and forgets those that ended. */
  #changed(logs: Iterable<LiveLog>): void {
    for (const live of logs) {
      this.#due.update(live)
      if (live.closed && live.from === live.tip && this.#logs.get(live.log) === live)
        this.#logs.delete(live.log)
    }
    this.#due.wake(this.#ring)
  }

  #assertRunning(): void {
    if (this.#ending !== undefined) throw new TailraceError('store-unavailable', 'the journal is closed')
  }

  #assertAppendable(bytes: Uint8Array, arrivedAtMs: EpochMs): void {
    if (bytes.length < 1) throw new TailraceError('invalid-parameter', 'an append has at least one byte')
    if (bytes.length > CHECKED_BODY_MAX_BYTES || encodedBytes(bytes.length) > this.#ring.recordCapacityBytes)
      throw new TailraceError('too-large', `an append of ${bytes.length} bytes is too large`)
    if (!Number.isInteger(arrivedAtMs) || arrivedAtMs < 0 || arrivedAtMs > MAX_ARRIVAL_MS)
      throw new TailraceError('invalid-parameter', `${arrivedAtMs} is not a valid time`)
  }
}

function notLive(log: LogId): TailraceError {
  return new TailraceError('log-not-live', `log ${log} is not live`)
}
