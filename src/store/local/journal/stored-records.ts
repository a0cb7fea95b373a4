import type { ByteOffset } from '../../../contract/quantities.ts'
import type { Segment } from './segment.ts'

/**
 * Few enough that released records leave memory soon; enough that the cost of a chunk itself is
 * negligible.
 */
const CHUNK_MAX_RECORDS = 4096
/** Most logs have few records in a segment; the others have many. */
const FIRST_CAPACITY = 4
const SECOND_CAPACITY = 32
/**
 * Numbers kept for each record: its position in the segment, and the offset of its first byte from
 * the chunk's.
 */
const NUMBERS = 2

/** One record of a log: where its bytes are, not the bytes themselves. */
export interface StoredRecord {
  readonly segment: Segment
  /** Where the record begins in its segment. */
  readonly position: number
  /** Of the whole record, including a part that does not count. */
  readonly payloadBytes: number
  readonly at: ByteOffset
  /** Less than `at + payloadBytes` if the rest of the record does not count. */
  readonly end: ByteOffset
}

/** Consecutive records of a log in one segment. */
interface Chunk {
  readonly segment: Segment
  /** The offset of the first record ever added. */
  readonly at: ByteOffset
  numbers: Uint32Array
  /** Records before this one are dropped. */
  first: number
  count: number
  /** Where the counting bytes of the last record end, and where all of its bytes end. */
  end: ByteOffset
  payloadEnd: ByteOffset
}

/**
 * The records of one log, in order and without a gap. Each takes eight bytes, because some logs are
 * written line by line.
 */
export class StoredRecords {
  #chunks: Chunk[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Where the last record ends; undefined if there is none. */
  get end(): ByteOffset | undefined {
    return this.#chunks.at(-1)?.end
  }

  get oldest(): Pick<StoredRecord, 'segment' | 'position'> | undefined {
    const chunk = this.#chunks[0]
    return chunk && { segment: chunk.segment, position: positionOf(chunk, chunk.first) }
  }

  /** The segments that hold them, oldest first. */
  get segments(): readonly Segment[] {
    return [...new Set(this.#chunks.map(({ segment }) => segment))]
  }

  /** Adds a record, which must begin where the last one ends. The first may begin anywhere. */
  add({ segment, position, payloadBytes, at, end }: StoredRecord): void {
    const last = this.#chunks.at(-1)
    const chunk = last && mayContinue(last, segment, at) ? last : this.#begin(segment, at)
    const index = NUMBERS * chunk.count++
    if (index === chunk.numbers.length) grow(chunk)
    chunk.numbers[index] = position
    chunk.numbers[index + 1] = at - chunk.at
    chunk.end = end
    chunk.payloadEnd = at + payloadBytes
    this.#count++
  }

  /** Drops everything at and after `end`. */
  cutOff(end: ByteOffset): void {
    for (let last = this.#chunks.at(-1); last !== undefined; last = this.#chunks.at(-1)) {
      if (last.at + last.numbers[NUMBERS * last.first + 1]! < end) break
      this.#count -= last.count - last.first
      this.#chunks.pop()
    }
    const chunk = this.#chunks.at(-1)
    if (chunk === undefined || chunk.end <= end) return
    const kept = firstEndingAfter(chunk, end - 1) + 1
    if (kept < chunk.count) chunk.payloadEnd = endOf(chunk, kept - 1)
    this.#count -= chunk.count - kept
    chunk.count = kept
    chunk.end = end
  }

  /**
   * Drops the records that end at or below `offset`. Returns the segments that hold none of the
   * log's records any more.
   */
  dropBelow(offset: ByteOffset): readonly Segment[] {
    const left = new Set<Segment>()
    const kept = this.#chunkEndingAfter(offset)
    for (const { segment, count, first } of this.#chunks.splice(0, kept)) {
      left.add(segment)
      this.#count -= count - first
    }
    const chunk = this.#chunks[0]
    if (chunk === undefined) return [...left]
    const first = firstEndingAfter(chunk, offset)
    this.#count -= first - chunk.first
    chunk.first = first
    left.delete(chunk.segment)
    return [...left]
  }

  clear(): void {
    this.#chunks = []
    this.#count = 0
  }

  /**
   * The records that hold `at` and the bytes that follow, below `to`: about `maxBytes` together and
   * at most `maxRecords`, but at least one.
   */
  window(at: ByteOffset, to: ByteOffset, maxBytes: number, maxRecords: number): readonly StoredRecord[] {
    const found: StoredRecord[] = []
    const end = Math.min(to, at + maxBytes)
    for (let i = this.#chunkEndingAfter(at); i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i]!
      for (let index = firstEndingAfter(chunk, at); index < chunk.count; index++) {
        const record = recordOf(chunk, index)
        if (record.at >= end || found.length >= maxRecords) return found
        found.push(record)
      }
    }
    return found
  }

  #begin(segment: Segment, at: ByteOffset): Chunk {
    const numbers = new Uint32Array(NUMBERS * FIRST_CAPACITY)
    const chunk: Chunk = { segment, at, numbers, first: 0, count: 0, end: at, payloadEnd: at }
    this.#chunks.push(chunk)
    return chunk
  }

  #chunkEndingAfter(at: ByteOffset): number {
    return firstIndex(0, this.#chunks.length, i => this.#chunks[i]!.end > at)
  }
}

function mayContinue(chunk: Chunk, segment: Segment, at: ByteOffset): boolean {
  const isWhole = chunk.end === at && chunk.payloadEnd === at
  return isWhole && chunk.segment === segment && chunk.count < CHUNK_MAX_RECORDS
}

function grow(chunk: Chunk): void {
  const numbers = new Uint32Array(Math.max(NUMBERS * SECOND_CAPACITY, 2 * chunk.numbers.length))
  numbers.set(chunk.numbers)
  chunk.numbers = numbers
}

function recordOf(chunk: Chunk, index: number): StoredRecord {
  const at = chunk.at + chunk.numbers[NUMBERS * index + 1]!
  const end = endOf(chunk, index)
  const payloadEnd = index + 1 < chunk.count ? end : chunk.payloadEnd
  const position = positionOf(chunk, index)
  return { segment: chunk.segment, position, payloadBytes: payloadEnd - at, at, end }
}

function positionOf(chunk: Chunk, index: number): number {
  return chunk.numbers[NUMBERS * index]!
}

function endOf(chunk: Chunk, index: number): ByteOffset {
  return index + 1 < chunk.count ? chunk.at + chunk.numbers[NUMBERS * (index + 1) + 1]! : chunk.end
}

function firstEndingAfter(chunk: Chunk, at: ByteOffset): number {
  return firstIndex(chunk.first, chunk.count, index => endOf(chunk, index) > at)
}

/**
 * The first index of `[from, to)` that passes, or `to`. All indices after one that passes must pass
 * too.
 */
function firstIndex(from: number, to: number, passes: (index: number) => boolean): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (passes(middle)) high = middle
    else low = middle + 1
  }
  return low
}
