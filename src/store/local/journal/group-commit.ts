import { TailraceError } from '../../../contract/errors.ts'
import type { ByteOffset, EpochMs } from '../../../contract/quantities.ts'
import { writeFully } from './file-layer.ts'
import type { LiveLog } from './live-logs.ts'
import type { RecentBytes } from './recent-bytes.ts'
import {
  encodeAppend,
  encodedBytes,
  encodeEndMark,
  RECORD_HEADER_BYTES,
  RECORD_MAX_PAYLOAD_BYTES,
} from './record-format.ts'
import { encodeSegmentHeader, type Segment } from './segment.ts'
import type { SegmentRing } from './segment-ring.ts'

/** An append that waits for its batch. */
export interface QueuedAppend {
  readonly live: LiveLog
  readonly at: ByteOffset
  readonly bytes: Uint8Array
  readonly arrivedAtMs: EpochMs
  /** How long it may wait for space, by performance.now(). */
  readonly deadlineMs: number
  readonly resolve: (head: ByteOffset) => void
  readonly reject: (reason: Error) => void
}

export interface CommitSettings {
  readonly ring: SegmentRing
  readonly recent: RecentBytes
  /** Appends are gathered up to this many bytes; a larger one is a batch of its own. */
  readonly batchBytes: number
  /** Called in the same turn in which bytes of these logs became durable. */
  readonly onStored: (logs: ReadonlySet<LiveLog>) => void
}

/**
 * Makes appends durable in the order in which they arrive, without a timer: the appends that were
 * queued while one batch was written and synced are the next batch. A batch is one write and one
 * fdatasync, and its appends are acknowledged after that. After a failure nothing more is written
 * to that segment, because the system may report pages as written although their sync failed.
 */
export class GroupCommit {
  readonly #settings: CommitSettings
  readonly #buffers: BatchBuffer
  #queue: QueuedAppend[] = []
  #running: Promise<void> | undefined
  #ended = false
  /** Records were stored after the last end mark. */
  #needsEndMark = false

  constructor(settings: CommitSettings) {
    this.#settings = settings
    this.#buffers = new BatchBuffer(settings.batchBytes)
  }

  add(append: QueuedAppend): void {
    this.#queue.push(append)
    this.#running ??= this.#run()
  }

  /** Stores what is queued, if there is space, and writes the mark of a clean end. */
  async end(): Promise<void> {
    this.#ended = true
    this.#settings.ring.spaceFreed.ring()
    await this.#running
    const { newest } = this.#settings.ring
    if (!this.#needsEndMark || newest === undefined || newest.roomBytes < RECORD_HEADER_BYTES) return
    try {
      await writeFully(newest.store.file, encodeEndMark(newest.key, newest.end), newest.end)
      await newest.store.file.sync()
    } catch {
      // The next start treats this as the end of a crash: it loses nothing, but is less certain.
    }
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const segment = await this.#segmentFor(this.#queue[0]!)
      if (segment !== undefined) await this.#storeBatch(segment)
    }
    this.#running = undefined
  }

  /**
   * A segment with room for this append, or undefined when the append was rejected because it
   * waited too long.
   */
  async #segmentFor(first: QueuedAppend): Promise<Segment | undefined> {
    const { ring } = this.#settings
    if (ring.newest !== undefined && encodedBytes(first.bytes.length) <= ring.newest.roomBytes)
      return ring.newest
    for (let cause: unknown; ; ) {
      const begun = await ring.begin().catch((error: unknown) => {
        cause = error
      })
      if (begun) return begun
      const timeoutMs = first.deadlineMs - performance.now()
      if (this.#ended || timeoutMs <= 0) {
        this.#rejectWaiting(new TailraceError('store-unavailable', 'the journal is full', {}, { cause }))
        return undefined
      }
      if (cause !== undefined || !ring.mayBegin()) await ring.spaceFreed.wait({ timeoutMs })
    }
  }

  async #storeBatch(segment: Segment): Promise<void> {
    const { ring, recent, batchBytes, onStored } = this.#settings
    const fresh = segment !== ring.newest
    const appends = this.#queue.splice(0, batchLength(this.#queue, segment.roomBytes, batchBytes))
    const bytes = await this.#write(segment, fresh, appends).catch(async (cause: unknown) => {
      await this.#giveUp(segment, fresh)
      const error = new TailraceError('store-unavailable', 'the journal failed', {}, { cause })
      this.#reject(appends, new Set(appends.map(({ live }) => live)), error)
    })
    if (!bytes) return
    const position = segment.end
    segment.end = position + bytes.length
    segment.certainEnd = segment.end
    this.#needsEndMark = true
    recent.add(segment, position, bytes)
    addRecords(segment, position, appends)
    if (fresh) ring.adopt(segment)
    for (const { resolve, at, bytes } of appends) resolve(at + bytes.length)
    onStored(new Set(appends.map(({ live }) => live)))
    // Late enough that an idle server uses little disk, early enough that no append waits for a new
    // file.
    if (segment.end > segment.store.sizeBytes / 4) ring.prepareNext()
  }

  /** Resolves to the bytes of the batch when they are durable at the segment's end. */
  async #write(segment: Segment, fresh: boolean, appends: readonly QueuedAppend[]): Promise<Buffer> {
    if (fresh) await writeHeader(segment)
    const batch = this.#buffers.take(appends.reduce((sum, { bytes }) => sum + encodedBytes(bytes.length), 0))
    let next = 0
    for (const { live, at, bytes, arrivedAtMs } of appends)
      next = encodeAppend(batch, next, segment.key, segment.end, { log: live.log, at, bytes, arrivedAtMs })
    await writeFully(segment.store.file, batch, segment.end)
    await segment.store.file.sync()
    return batch
  }

  /**
   * Leaves a segment after a failure and tries to begin another, whose header says where the failed
   * one ends. From then on no restart can mistake the failed bytes for stored ones.
   */
  async #giveUp(segment: Segment, fresh: boolean): Promise<void> {
    const { ring } = this.#settings
    segment.cutShort = true
    if (fresh) this.#giveBack(segment)
    const next = await ring.begin().catch(() => undefined)
    if (next === undefined) return
    try {
      await writeHeader(next)
      ring.adopt(next)
    } catch {
      this.#giveBack(next)
    }
  }

  /**
   * A header that may have reached the disk says where the newest segment ends, so nothing more may
   * be added to that one.
   */
  #giveBack(segment: Segment): void {
    const { ring } = this.#settings
    if (ring.newest !== undefined) ring.newest.cutShort = true
    ring.giveBack(segment)
    ring.dropFreed()
  }

  #rejectWaiting(error: TailraceError): void {
    const now = performance.now()
    const expired = this.#queue.filter(({ deadlineMs }) => this.#ended || deadlineMs <= now)
    this.#reject([], new Set(expired.map(({ live }) => live)), error)
  }

  /** Rejects these appends and all queued appends to the same logs, which depend on them. */
  #reject(appends: readonly QueuedAppend[], failed: ReadonlySet<LiveLog>, error: TailraceError): void {
    const dependent = this.#queue.filter(({ live }) => failed.has(live))
    this.#queue = this.#queue.filter(({ live }) => !failed.has(live))
    for (const live of failed) live.tip = live.head
    for (const { reject } of [...appends, ...dependent]) reject(error)
  }
}

/**
 * Makes the header durable before the first record is written. Until then the file is still what it
 * was before.
 */
async function writeHeader({ store, header }: Segment): Promise<void> {
  await writeFully(store.file, encodeSegmentHeader(header), 0)
  await store.file.sync()
}

/**
 * How many appends from the front of the queue go into one batch: those that fit into both limits,
 * but at least one.
 */
function batchLength(queue: readonly QueuedAppend[], roomBytes: number, maxBytes: number): number {
  let total = 0
  for (const [i, { bytes }] of queue.entries()) {
    total += encodedBytes(bytes.length)
    if (i > 0 && total > Math.min(roomBytes, maxBytes)) return i
  }
  return queue.length
}

/** Records in each log where its part of a durable batch is. */
function addRecords(segment: Segment, batchPosition: number, appends: readonly QueuedAppend[]): void {
  let position = batchPosition
  for (const { live, at: begin, bytes } of appends) {
    for (let done = 0; done < bytes.length; done += RECORD_MAX_PAYLOAD_BYTES) {
      const payloadBytes = Math.min(bytes.length - done, RECORD_MAX_PAYLOAD_BYTES)
      const at = begin + done
      live.add({ segment, position, payloadBytes, at, end: at + payloadBytes })
      position += RECORD_HEADER_BYTES + payloadBytes
    }
  }
}

/**
 * One buffer that every batch reuses, so that the hot path allocates nothing. Larger batches than
 * `maxBytes` get their own.
 */
class BatchBuffer {
  readonly #maxBytes: number
  #buffer = Buffer.alloc(0)

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes + RECORD_HEADER_BYTES
  }

  /** A buffer of exactly `length` bytes, valid until the next call. */
  take(length: number): Buffer {
    if (length > this.#maxBytes) return Buffer.allocUnsafeSlow(length)
    if (length > this.#buffer.length)
      this.#buffer = Buffer.allocUnsafeSlow(
        Math.min(this.#maxBytes, Math.max(length, 2 * this.#buffer.length)),
      )
    return this.#buffer.subarray(0, length)
  }
}
