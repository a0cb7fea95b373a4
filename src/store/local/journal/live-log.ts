import type { ByteOffset, EpochMs } from '../../../contract/quantities.ts'
import type { LogId } from '../../../core/ports/journal.ts'
import type { Segment } from './segment.ts'

/** One record of a log: where its bytes are, not the bytes. */
export interface StoredPiece {
  readonly segment: Segment
  /** Of the record in its segment. */
  readonly position: number
  /** Of the whole record, whatever part of it counts. */
  readonly payloadBytes: number
  readonly at: ByteOffset
  /** Less than `at + payloadBytes` where the rest of the record does not count. */
  readonly end: ByteOffset
  readonly arrivedAtMs: EpochMs
}

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
  /** In order, without gap or overlap; the first may begin below `from`. */
  #pieces: StoredPiece[] = []

  constructor(log: LogId, head: ByteOffset) {
    this.log = log
    this.from = head
    this.head = head
    this.tip = head
  }

  get oldestPiece(): StoredPiece | undefined {
    return this.#pieces[0]
  }

  /** A durable piece that continues the log; it pins its segment. */
  add(piece: StoredPiece): void {
    this.#pieces.push(piece)
    this.head = piece.end
    piece.segment.logs.add(this.log)
  }

  /** Moves the beginning; segments in which nothing of the log is left are no longer pinned by it. */
  release(upTo: ByteOffset): void {
    this.from = Math.max(this.from, Math.min(upTo, this.head))
    const kept = this.#firstEndingAfter(this.from)
    const dropped = this.#pieces.splice(0, kept)
    const pinned = this.#pieces[0]?.segment
    for (const { segment } of dropped) if (segment !== pinned) segment.logs.delete(this.log)
  }

  /** The pieces that hold `at` and what follows it below `to`, of about `maxBytes` together but at least one. */
  window(at: ByteOffset, to: ByteOffset, maxBytes: number): readonly StoredPiece[] {
    const first = this.#firstEndingAfter(at)
    let next = first
    while (next < this.#pieces.length && this.#pieces[next]!.at < Math.min(to, at + maxBytes)) next++
    return this.#pieces.slice(first, next)
  }

  #firstEndingAfter(at: ByteOffset): number {
    let low = 0
    let high = this.#pieces.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#pieces[middle]!.end > at) high = middle
      else low = middle + 1
    }
    return low
  }
}
