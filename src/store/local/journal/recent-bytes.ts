import type { Segment } from './segment.ts'

/** A part of the ring: bytes of one segment, one behind the other. */
interface Stretch {
  readonly segment: Segment
  /** In the segment, of the first byte that is left. */
  position: number
  /** In the ring, half-open. */
  start: number
  end: number
}

/**
 * The newest durable bytes of the journal in memory, as they stand in its segments: most reads are of the end of a
 * log, and need no disk. A ring of fixed size; what is found there is valid only until the caller gives up its turn.
 */
export class RecentBytes {
  readonly bytes: Buffer
  /** Oldest first: those from `#next` on, then those before it. */
  readonly #stretches: Stretch[] = []
  #next = 0

  /** Memory is taken as it is filled; 0 bytes keep nothing. */
  constructor(maxBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(maxBytes)
  }

  /** Takes a copy of bytes that are durable at `position` of a segment. */
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

  /** Where in `bytes` this position of a segment stands, with all that was added behind it at once; undefined when it is not there. */
  find(segment: Segment, position: number): number | undefined {
    const found = this.#stretches.findLast(
      one =>
        one.segment === segment &&
        position >= one.position &&
        position < one.position + (one.end - one.start),
    )
    return found && found.start + (position - found.position)
  }

  /** Drops what stands from `#next` to `end`: always the oldest. */
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
