import type { Segment } from './segment.ts'

/** A part of the ring: consecutive bytes of one segment. */
interface Stretch {
  readonly segment: Segment
  /** Position in the segment of the first byte that is left. */
  position: number
  /** Where the stretch is in the ring; half-open. */
  start: number
  end: number
}

/**
 * The newest durable bytes of the journal in memory, as its segments hold them. Most reads want the
 * end of a log, and then need no disk. This is a ring of fixed size: what is found in it is valid
 * only in the same turn.
 */
export class RecentBytes {
  readonly bytes: Buffer
  /** Oldest first: those from `#next` on, then those before it. */
  readonly #stretches: Stretch[] = []
  #next = 0

  /** The system provides the memory as it is filled. With 0, nothing is kept. */
  constructor(maxBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(maxBytes)
  }

  /** Copies bytes that are durable at `position` of a segment. */
  add(segment: Segment, position: number, added: Uint8Array): void {
    if (added.length > this.bytes.length) return
    if (this.#next + added.length > this.bytes.length) {
      this.#evict(this.bytes.length)
      this.#next = 0
    }
    const start = this.#next
    const end = start + added.length
    this.#evict(end)
    this.bytes.set(added, start)
    this.#next = end
    const last = this.#stretches.at(-1)
    if (last?.segment === segment && last.end === start && last.position + (start - last.start) === position)
      last.end = end
    else this.#stretches.push({ segment, position, start, end })
  }

  /**
   * Where in `bytes` this position of a segment is, followed by everything that was added with it;
   * undefined if it is not here.
   */
  find(segment: Segment, position: number): number | undefined {
    const found = this.#stretches.findLast(
      one =>
        one.segment === segment &&
        position >= one.position &&
        position < one.position + (one.end - one.start),
    )
    return found && found.start + (position - found.position)
  }

  /** Drops what is between `#next` and `end`, which is always the oldest. */
  #evict(end: number): void {
    for (let oldest = this.#stretches[0]; oldest !== undefined; oldest = this.#stretches[0]) {
      if (oldest.start < this.#next || oldest.start >= end) return
      if (oldest.end > end) {
        oldest.position += end - oldest.start
        oldest.start = end
        return
      }
      this.#stretches.shift()
    }
  }
}
