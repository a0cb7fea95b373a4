import { TailraceError } from '../../../contract/errors.ts'
import { type ByteOffset, type EpochMs, KIB, type LogId } from '../../../contract/quantities.ts'
import type { JournalChunk } from '../../../core/ports/journal.ts'
import { type OpenFile, readFully } from './file-layer.ts'
import type { RecentBytes } from './recent-bytes.ts'
import { decodeRecord, RECORD_HEADER_BYTES } from './record-format.ts'
import type { Segment } from './segment.ts'
import type { StoredRecord } from './stored-records.ts'

/** Two of the four threads that Node uses for files; the others write and sync. */
const READS_AT_ONCE = 2
/** The most that one read covers; any record fits. */
const READ_MAX_BYTES = 256 * KIB
/** Up to this many bytes of other logs between two records cost less than another read. */
const GAP_MAX_BYTES = 32 * KIB

/** Keeps a segment from being overwritten while it is read. */
export interface SegmentPins {
  pin(segment: Segment): void
  unpin(segment: Segment): void
}

/** Neighbouring records of one segment, read together. */
interface Run {
  readonly segment: Segment
  readonly position: number
  end: number
  readonly records: number[]
}

/** A window of one log, which is filled record by record, in any order. */
class Window {
  readonly records: readonly StoredRecord[]
  readonly #log: LogId
  readonly #from: ByteOffset
  readonly #to: ByteOffset
  readonly #bytes: Buffer
  readonly #arrivals: EpochMs[]

  constructor(log: LogId, records: readonly StoredRecord[], from: ByteOffset, to: ByteOffset) {
    this.records = records
    this.#log = log
    this.#from = from
    this.#to = Math.min(to, records.at(-1)!.end)
    this.#bytes = Buffer.allocUnsafe(this.#to - from)
    this.#arrivals = new Array<EpochMs>(records.length).fill(0)
  }

  /** Copies record `index` from `start` of `source`. Returns false if that record is not there. */
  take(index: number, source: Buffer, start: number): boolean {
    const { segment, position, at, end, payloadBytes } = this.records[index]!
    const found = decodeRecord(source, start, segment.key, position)
    if (found?.log !== this.#log || found.at !== at || found.payloadBytes !== payloadBytes) return false
    const payloadStart = start + RECORD_HEADER_BYTES - at
    const begin = Math.max(this.#from, at)
    source.copy(this.#bytes, begin - this.#from, payloadStart + begin, payloadStart + Math.min(this.#to, end))
    this.#arrivals[index] = found.arrivedAtMs
    return true
  }

  /**
   * The content, once every record is copied. Neighbours that arrived in the same millisecond are
   * one chunk.
   */
  chunks(): readonly JournalChunk[] {
    const chunks: JournalChunk[] = []
    let at = this.#from
    for (const [i, { end }] of this.records.entries()) {
      if (i + 1 < this.records.length && this.#arrivals[i + 1] === this.#arrivals[i]) continue
      const chunkEnd = Math.min(this.#to, end)
      const bytes = this.#bytes.subarray(at - this.#from, chunkEnd - this.#from)
      chunks.push({ at, bytes, arrivedAtMs: this.#arrivals[i]! })
      at = chunkEnd
    }
    return chunks
  }

  damaged(index: number, cause?: unknown): TailraceError {
    const { at, end } = this.records[index]!
    const text = `bytes ${at} to ${end} of log ${this.#log} cannot be read back`
    return new TailraceError('log-damaged', text, {}, { cause })
  }
}

/**
 * Reads segments, few at a time and in the order of the calls, because the threads that read also
 * write and sync.
 */
class DiskReads {
  readonly #idle: Buffer[]
  readonly #waiting: ((buffer: Buffer) => void)[] = []

  /** At most `count` reads at once, of at most `maxBytes` each. */
  constructor(count: number, maxBytes: number) {
    this.#idle = Array.from({ length: count }, () => Buffer.allocUnsafeSlow(maxBytes))
  }

  /**
   * Passes the bytes to `use`, which must copy what it needs in the same turn. Rejects as the file
   * layer does.
   */
  async read(file: OpenFile, position: number, length: number, use: (bytes: Buffer) => void): Promise<void> {
    const buffer = this.#idle.pop() ?? (await new Promise<Buffer>(resolve => this.#waiting.push(resolve)))
    try {
      const bytes = buffer.subarray(0, length)
      await readFully(file, bytes, position)
      use(bytes)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#idle.push(buffer)
      else next(buffer)
    }
  }
}

/** Reads records back: recent ones from memory, others with few, large reads. */
export class RecordReader {
  readonly #recent: RecentBytes
  readonly #pins: SegmentPins
  readonly #disk = new DiskReads(READS_AT_ONCE, READ_MAX_BYTES)

  constructor(recent: RecentBytes, pins: SegmentPins) {
    this.#recent = recent
    this.#pins = pins
  }

  /**
   * The bytes of `[from, to)` that these records hold, after every record's checksum is verified.
   * Rejects with `log-damaged` when a record cannot be read.
   */
  async read(
    log: LogId,
    records: readonly StoredRecord[],
    from: ByteOffset,
    to: ByteOffset,
  ): Promise<readonly JournalChunk[]> {
    const window = new Window(log, records, from, to)
    const runs = runsOf(records, this.#takeRecent(window))
    for (const { segment } of runs) this.#pins.pin(segment)
    try {
      for (const run of runs) await this.#readRun(window, run)
    } finally {
      for (const { segment } of runs) this.#pins.unpin(segment)
    }
    return window.chunks()
  }

  /** Copies the records that are in memory, in one turn. Returns the indices of the others. */
  #takeRecent(window: Window): readonly number[] {
    const missing: number[] = []
    for (const [i, { segment, position }] of window.records.entries()) {
      const start = this.#recent.find(segment, position)
      if (start === undefined || !window.take(i, this.#recent.bytes, start)) missing.push(i)
    }
    return missing
  }

  async #readRun(window: Window, { segment, position, end, records }: Run): Promise<void> {
    const take = (bytes: Buffer) => {
      for (const i of records)
        if (!window.take(i, bytes, window.records[i]!.position - position)) throw window.damaged(i)
    }
    try {
      await this.#disk.read(segment.store.file, position, end - position, take)
    } catch (cause) {
      if (cause instanceof TailraceError) throw cause
      const [first] = records
      if (records.length === 1) throw window.damaged(first!, cause)
      // The unreadable bytes may belong to other logs.
      for (const run of records.map(i => runOf(window.records[i]!, i))) await this.#readRun(window, run)
    }
  }
}

function runsOf(records: readonly StoredRecord[], wanted: readonly number[]): readonly Run[] {
  const runs: Run[] = []
  for (const i of wanted) {
    const next = runOf(records[i]!, i)
    const last = runs.at(-1)
    const isNear =
      last?.segment === next.segment &&
      next.position - last.end <= GAP_MAX_BYTES &&
      next.end - last.position <= READ_MAX_BYTES
    if (last !== undefined && isNear) {
      last.records.push(i)
      last.end = next.end
    } else runs.push(next)
  }
  return runs
}

function runOf({ segment, position, payloadBytes }: StoredRecord, index: number): Run {
  return { segment, position, end: position + RECORD_HEADER_BYTES + payloadBytes, records: [index] }
}
