import { randomBytes } from 'node:crypto'
import { KIB, type LogId } from '../../../contract/quantities.ts'
import type { JournalSpace } from '../../../core/ports/capabilities.ts'
import type { FileLayer } from './file-layer.ts'
import { FIRST_RECORD_POSITION, SALT_BYTES, Segment, type SegmentFile } from './segment.ts'
import { createSegmentFile } from './segment-files.ts'

export interface RingSettings {
  readonly directory: string
  readonly files: FileLayer
  readonly segmentBytes: number
  /** The most that are in use at once; at least 3. */
  readonly segments: number
}

/** The most bytes that one append of a streaming body needs, record headers included. */
const USUAL_RECORD_BYTES = 257 * KIB

/** What recovery found in the directory. */
export interface FoundSegments {
  /** Segments that count, oldest first. */
  readonly chain: readonly Segment[]
  /** The other files, oldest use first. */
  readonly spares: readonly SegmentFile[]
  readonly lastSequence: number
  /** No file name has this number or a higher one. */
  readonly nextFileNumber: number
}

/**
 * Wakes waiters when something changes. A waiter checks first, in the same turn, whether it needs
 * to wait.
 */
export class Bell {
  readonly #waiting = new Set<() => void>()

  ring(): void {
    for (const wake of this.#waiting) wake()
  }

  /** Resolves at the next ring, when `signal` aborts, or after `timeoutMs`. */
  async wait({ signal, timeoutMs }: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<void> {
    if (signal?.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs)
    this.#waiting.add(wake)
    signal?.addEventListener('abort', wake)
    await promise
    signal?.removeEventListener('abort', wake)
    this.#waiting.delete(wake)
    clearTimeout(timer)
  }
}

/**
 * The segments in use, from the oldest to the one that is written, and the files that wait for
 * their next use. Segments leave in the order in which they came. So when a younger record replaces
 * an older one for the same bytes of a log, the younger never leaves first.
 */
export class SegmentRing {
  readonly #settings: RingSettings
  readonly #chain: Segment[]
  readonly #spares: SegmentFile[]
  /** Rings when space may have become free. */
  readonly spaceFreed = new Bell()
  /** Background work that must end before the files are closed. */
  readonly #inFlight = new Set<Promise<void>>()
  #creating: Promise<void> | undefined
  #lastSequence: number
  #nextFileNumber: number
  #ended = false

  constructor(settings: RingSettings, found: FoundSegments) {
    this.#settings = settings
    this.#chain = [...found.chain]
    this.#spares = [...found.spares]
    this.#lastSequence = found.lastSequence
    this.#nextFileNumber = found.nextFileNumber
    this.dropFreed()
  }

  /** The segment written last, if it is still in use. */
  get newest(): Segment | undefined {
    return this.#chain.at(-1)
  }

  /** How many bytes of records a segment has room for. */
  get recordCapacityBytes(): number {
    return this.#settings.segmentBytes - FIRST_RECORD_POSITION
  }

  /** A segment that is no longer written counts as full, even if there is room at its end. */
  space(): JournalSpace {
    const { segments, segmentBytes } = this.#settings
    const capacity = this.recordCapacityBytes
    const { newest } = this
    const room = newest?.roomBytes ?? 0
    const fits = room >= Math.min(USUAL_RECORD_BYTES, capacity)
    const hasFile = this.#spares.length > 0 || this.#creating !== undefined
    return {
      usedBytes: this.#chain.length * capacity - room,
      capacityBytes: (segments - Math.ceil(segments / 4)) * capacity,
      isFull: !fits && !this.mayBegin(),
      neededDiskBytes: fits || hasFile ? 0 : segmentBytes,
    }
  }

  /** More than half of the segments are in use. */
  get isShort(): boolean {
    return this.#chain.length > Math.floor(this.#settings.segments / 2)
  }

  /**
   * When more than half of the segments are in use: the logs in the oldest of them, whose release
   * brings that down to half again. Otherwise empty.
   */
  logsInWay(): ReadonlySet<LogId> {
    const excess = this.#chain.length - Math.floor(this.#settings.segments / 2)
    if (excess <= 0) return new Set()
    return new Set(
      this.#chain.slice(0, Math.min(excess, this.#chain.length - 1)).flatMap(({ logs }) => [...logs]),
    )
  }

  /**
   * A segment for the next batch, or undefined when there is no space now. Rejects as the file
   * layer does.
   */
  async begin(): Promise<Segment | undefined> {
    this.#removeMisfits()
    if (!this.mayBegin()) return undefined
    if (this.#spares.length === 0) {
      await this.create()
      // In the meantime a file that is still read may have become the next spare.
      if (!this.mayBegin()) return undefined
    }
    const store = this.#spares.shift()!
    return new Segment(store, {
      sequence: ++this.#lastSequence,
      segmentBytes: store.sizeBytes,
      salt: randomBytes(SALT_BYTES),
      earlier: this.#chain.map(({ header, end, certainEnd }) => ({
        sequence: header.sequence,
        end,
        certainEnd,
      })),
    })
  }

  /** Whether `begin` would succeed, failures aside. */
  mayBegin(): boolean {
    const next = this.#spares[0]
    return this.#mayGrow() && (next === undefined ? this.#mayCreate() : next.pins === 0)
  }

  /** From now on this segment counts: its header and its first batch are durable. */
  adopt(segment: Segment): void {
    this.#chain.push(segment)
    this.dropFreed()
  }

  /** Takes back a segment whose first batch failed. Its file is tried again after all others. */
  giveBack({ store }: Segment): void {
    this.#spares.push(store)
  }

  pin(segment: Segment): void {
    segment.store.pins++
  }

  unpin(segment: Segment): void {
    segment.store.pins--
    if (segment.store.pins === 0) this.spaceFreed.ring()
  }

  /**
   * Takes the oldest segments out of use if nothing in them is needed. The one that can still be
   * written stays.
   */
  dropFreed(): void {
    for (let oldest = this.#chain[0]; oldest !== undefined; oldest = this.#chain[0]) {
      if (oldest.logs.size > 0 || (oldest === this.newest && !oldest.cutShort)) break
      this.#chain.shift()
      this.#spares.push(oldest.store)
      this.spaceFreed.ring()
    }
    this.#removeMisfits()
  }

  /**
   * Creates a file for the next segment in the background, so that no append has to wait for it.
   */
  prepareNext(): void {
    if (this.#spares.length > 0 || this.#ended || !this.#mayGrow() || !this.#mayCreate()) return
    // A failure shows when the file is needed and its creation is tried again.
    if (this.#creating === undefined) this.#inBackground(this.create().catch(() => {}))
  }

  /** Creates one more spare file. Calls during a creation share it. */
  create(): Promise<void> {
    this.#creating ??= this.#createSpare().finally(() => {
      this.#creating = undefined
    })
    return this.#creating
  }

  /** Wakes all waiters, waits for reads and background work to end, then closes the files. */
  async end(): Promise<void> {
    this.#ended = true
    this.spaceFreed.ring()
    await Promise.all(this.#inFlight)
    const stores = [...this.#chain.map(({ store }) => store), ...this.#spares]
    while (stores.some(({ pins }) => pins > 0)) await this.spaceFreed.wait()
    await Promise.all(stores.map(({ file }) => file.close()))
  }

  /** A quarter of the segments is a reserve that only makes up for segments that were cut short. */
  #mayGrow(): boolean {
    const { segments } = this.#settings
    const whole = this.#chain.filter(({ cutShort }) => !cutShort).length
    return this.#chain.length < segments && whole + 1 <= segments - Math.ceil(segments / 4)
  }

  #mayCreate(): boolean {
    return this.#chain.length + this.#spares.length < this.#settings.segments
  }

  async #createSpare(): Promise<void> {
    const { directory, files, segmentBytes: sizeBytes } = this.#settings
    const isCancelled = () => this.#ended
    const number = this.#nextFileNumber++
    this.#spares.push(await createSegmentFile(files, { directory, number, sizeBytes, isCancelled }))
    this.spaceFreed.ring()
  }

  /**
   * Removes files of the wrong size, or more than the settings allow, when their turn to be used
   * comes.
   */
  #removeMisfits(): void {
    const { segmentBytes, segments, files } = this.#settings
    for (let store = this.#spares[0]; store !== undefined && store.pins === 0; store = this.#spares[0]) {
      const tooMany = this.#chain.length + this.#spares.length > segments
      if (store.sizeBytes === segmentBytes && !tooMany) break
      const { file, path } = this.#spares.shift()!
      this.#inBackground(
        file
          .close()
          .then(() => files.remove(path))
          .catch(() => {}),
      )
    }
  }

  #inBackground(work: Promise<void>): void {
    this.#inFlight.add(work)
    void work.finally(() => this.#inFlight.delete(work))
  }
}
