import { TailraceError } from '../../../contract/errors.ts'
import {
  addRecords,
  BatchBuffer,
  batchLength,
  type EncodedBatch,
  encodeBatch,
  type QueuedAppend,
} from './batch.ts'
import { writeFully } from './file-layer.ts'
import type { LiveLog } from './live-log.ts'
import type { RecentBytes } from './recent-bytes.ts'
import { encodedBytes, encodeEndMark, RECORD_HEADER_BYTES } from './record-format.ts'
import type { Segment } from './segment.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import type { SegmentRing } from './segment-ring.ts'

export interface CommitSettings {
  readonly ring: SegmentRing
  readonly recent: RecentBytes
  /** Appends are gathered up to this many bytes; a greater one is a batch of its own. */
  readonly batchBytes: number
  /** Called in the turn in which bytes of these logs became durable. */
  readonly onStored: (logs: ReadonlySet<LiveLog>) => void
}

/**
 * Makes appends durable in the order in which they come, without a timer: whatever was queued while one batch was
 * written and synced is the next batch. An append is acknowledged when the sync that covers it has returned. After
 * a failure nothing more is written to that segment: pages of which a sync failed may look written for ever.
 */
export class GroupCommit {
  readonly #settings: CommitSettings
  readonly #buffers: BatchBuffer
  #queue: QueuedAppend[] = []
  #running: Promise<void> | undefined
  #ended = false
  /** Records were stored that no end mark follows. */
  #needsEndMark = false

  constructor(settings: CommitSettings) {
    this.#settings = settings
    this.#buffers = new BatchBuffer(settings.batchBytes)
  }

  add(append: QueuedAppend): void {
    this.#queue.push(append)
    this.#running ??= this.#run()
  }

  /** Stores what is queued, as far as there is space, and leaves the mark of a clean end. */
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
      // The next start treats the end as that of a crash, which costs it nothing but certainty.
    }
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const segment = await this.#segmentFor(this.#queue[0]!)
      if (segment !== undefined) await this.#storeBatch(segment)
    }
    this.#running = undefined
  }

  /** A segment with room for this append; undefined when it was rejected because there was none in time. */
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
    const batch = await this.#write(segment, fresh, appends).catch(async (cause: unknown) => {
      await this.#giveUp(segment, fresh)
      const error = new TailraceError('store-unavailable', 'the journal failed', {}, { cause })
      this.#reject(appends, new Set(appends.map(({ live }) => live)), error)
    })
    if (!batch) return
    segment.end = batch.position + batch.bytes.length
    segment.certainEnd = segment.end
    this.#needsEndMark = true
    recent.add(segment, batch.position, batch.bytes)
    addRecords(segment, batch.position, appends)
    if (fresh) ring.adopt(segment)
    for (const { resolve, at, bytes } of appends) resolve(at + bytes.length)
    onStored(new Set(appends.map(({ live }) => live)))
    // Late enough that an idle server takes little disk, early enough that no append waits for zeros.
    if (segment.end > segment.store.sizeBytes / 4) ring.prepareNext()
  }

  async #write(segment: Segment, fresh: boolean, appends: readonly QueuedAppend[]): Promise<EncodedBatch> {
    if (fresh) await writeHeader(segment)
    const batch = encodeBatch(segment, appends, this.#buffers)
    await writeFully(segment.store.file, batch.bytes, batch.position)
    await segment.store.file.sync()
    return batch
  }

  /**
   * Leaves a segment after a failure, and if another can be begun, says in its header where this one ends: from then
   * on no restart can take the failed bytes for good.
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

  /** A header that may have reached the disk says where the newest segment ends: nothing may be added to that one any more. */
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

  /** Rejects these appends and all queued ones of the same logs, which build on them. */
  #reject(appends: readonly QueuedAppend[], failed: ReadonlySet<LiveLog>, error: TailraceError): void {
    const dependent = this.#queue.filter(({ live }) => failed.has(live))
    this.#queue = this.#queue.filter(({ live }) => !failed.has(live))
    for (const live of failed) live.tip = live.head
    for (const { reject } of [...appends, ...dependent]) reject(error)
  }
}

/** Durable before the first record is written: until then the file is whole as what it was, and needs no reader to guess. */
async function writeHeader({ store, header }: Segment): Promise<void> {
  await writeFully(store.file, encodeSegmentHeader(header), 0)
  await store.file.sync()
}
