import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { KIB, type LogId, MIB } from '../../../contract/quantities.ts'
import type { JournalSpace } from '../../../core/ports/capabilities.ts'
import { Bell } from './bell.ts'
import { type FileLayer, writeFully } from './file-layer.ts'
import { Segment, type SegmentFile } from './segment.ts'
import { FIRST_RECORD_POSITION, SALT_BYTES } from './segment-header.ts'

export interface RingSettings {
  readonly directory: string
  readonly files: FileLayer
  readonly segmentBytes: number
  /** At most so many are in use; at least 3. */
  readonly segments: number
}

/** What one append of a streaming body takes at most, its record's frame included. */
const USUAL_RECORD_BYTES = 257 * KIB

/** What recovery found in the directory. */
export interface FoundSegments {
  /** Segments that count, oldest first. */
  readonly chain: readonly Segment[]
  /** The other files, that of the oldest use first. */
  readonly spares: readonly SegmentFile[]
  readonly lastSequence: number
  /** No file has this number or a higher one in its name. */
  readonly nextFileNumber: number
}

/**
 * The segments in use, from the oldest to the one that is written, and the files that wait for their next use.
 * Segments leave in the order in which they came: so of two records of a log for the same place, of which the older
 * does not count, the younger never goes first.
 */
export class SegmentRing {
  readonly #settings: RingSettings
  readonly #chain: Segment[]
  readonly #spares: SegmentFile[]
  /** Rings when space may have become free. */
  readonly spaceFreed = new Bell()
  /** Work in the background that must end before the files are closed. */
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

  /** Bytes of records that a segment takes. */
  get recordCapacityBytes(): number {
    return this.#settings.segmentBytes - FIRST_RECORD_POSITION
  }

  /** A segment that is no longer written counts as a whole, whatever is left of it at its end. */
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

  /** The logs that stand in the oldest space, as soon as more than half of the segments are in use: those whose release makes it half again. */
  logsInWay(): ReadonlySet<LogId> {
    const excess = this.#chain.length - Math.floor(this.#settings.segments / 2)
    if (excess <= 0) return new Set()
    return new Set(
      this.#chain.slice(0, Math.min(excess, this.#chain.length - 1)).flatMap(({ logs }) => [...logs]),
    )
  }

  /** A segment for the next batch if there is space at once; undefined when there is not. Rejects with what the file layer says. */
  async begin(): Promise<Segment | undefined> {
    this.#removeMisfits()
    if (!this.mayBegin()) return undefined
    if (this.#spares.length === 0) {
      await this.create()
      // Meanwhile a file that is still read may have come before the new one.
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

  /** True when `begin` would succeed but for failures. */
  mayBegin(): boolean {
    const next = this.#spares[0]
    return this.#mayGrow() && (next === undefined ? this.#mayCreate() : next.pins === 0)
  }

  /** The header of this segment and its first batch are durable: from now on it counts. */
  adopt(segment: Segment): void {
    this.#chain.push(segment)
    this.dropFreed()
  }

  /** A segment whose first batch failed: its file is tried again after all others. */
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

  /** Takes the oldest segments in which nothing is needed out of use; the one that can still be written stays. */
  dropFreed(): void {
    for (let oldest = this.#chain[0]; oldest !== undefined; oldest = this.#chain[0]) {
      if (oldest.logs.size > 0 || (oldest === this.newest && !oldest.cutShort)) break
      this.#chain.shift()
      this.#spares.push(oldest.store)
      this.spaceFreed.ring()
    }
    this.#removeMisfits()
  }

  /** Makes a file for the next segment in the background, so that no append has to wait for it. */
  prepareNext(): void {
    if (this.#spares.length > 0 || this.#ended || !this.#mayGrow() || !this.#mayCreate()) return
    // A failure shows when the file is needed and made again.
    if (this.#creating === undefined) this.#inBackground(this.create().catch(() => {}))
  }

  /** Makes a file filled with zeros, durable with its name: writing it later moves no metadata. */
  create(): Promise<void> {
    this.#creating ??= this.#createFile().finally(() => {
      this.#creating = undefined
    })
    return this.#creating
  }

  /** Ends all waiting; then waits for reads and background work and closes the files. */
  async end(): Promise<void> {
    this.#ended = true
    this.spaceFreed.ring()
    await Promise.all(this.#inFlight)
    const stores = [...this.#chain.map(({ store }) => store), ...this.#spares]
    while (stores.some(({ pins }) => pins > 0)) await this.spaceFreed.wait()
    await Promise.all(stores.map(({ file }) => file.close()))
  }

  /** A quarter stays free, but for segments that failed or crashed before they were full. */
  #mayGrow(): boolean {
    const { segments } = this.#settings
    const whole = this.#chain.filter(({ cutShort }) => !cutShort).length
    return this.#chain.length < segments && whole + 1 <= segments - Math.ceil(segments / 4)
  }

  #mayCreate(): boolean {
    return this.#chain.length + this.#spares.length < this.#settings.segments
  }

  async #createFile(): Promise<void> {
    const { directory, files, segmentBytes } = this.#settings
    const path = join(directory, `journal-${String(this.#nextFileNumber++).padStart(6, '0')}.segment`)
    const file = await files.open(path)
    try {
      const zeros = Buffer.alloc(Math.min(MIB, segmentBytes))
      for (let at = 0; at < segmentBytes; at += zeros.length) {
        if (this.#ended) throw new Error('the journal is closed')
        await writeFully(file, zeros.subarray(0, segmentBytes - at), at)
      }
      await file.sync()
      await files.syncDirectory(directory)
    } catch (error) {
      await file.close().catch(() => {})
      await files.remove(path).catch(() => {})
      throw error
    }
    this.#spares.push({ path, file, sizeBytes: segmentBytes, pins: 0 })
    this.spaceFreed.ring()
  }

  /** Files of another size than the settings say, or too many, go when their turn to be used comes. */
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
