import type { ByteOffset, EpochMs } from '../../../contract/quantities.ts'
import type { LiveLog, StoredPiece } from './live-log.ts'
import { encodedBytes, encodeRecord, RECORD_HEADER_BYTES, RECORD_MAX_PAYLOAD_BYTES } from './record-format.ts'
import type { Segment } from './segment.ts'

/** An append that waits for its batch. */
export interface QueuedAppend {
  readonly live: LiveLog
  readonly at: ByteOffset
  readonly bytes: Uint8Array
  readonly arrivedAtMs: EpochMs
  /** By performance.now(): how long it may wait for space. */
  readonly deadlineMs: number
  readonly resolve: (head: ByteOffset) => void
  readonly reject: (reason: Error) => void
}

/** Appends as the bytes of their records, to be written at `position` of the segment. */
export interface EncodedBatch {
  readonly bytes: Buffer
  readonly position: number
  /** The pieces of each append, in the order of the appends. */
  readonly pieces: readonly (readonly StoredPiece[])[]
}

/** How many appends of the queue's front go into one batch: what fits the room and `maxBytes`, but at least the first. */
export function batchLength(queue: readonly QueuedAppend[], roomBytes: number, maxBytes: number): number {
  let total = 0
  for (const [i, { bytes }] of queue.entries()) {
    total += encodedBytes(bytes.length)
    if (i > 0 && total > Math.min(roomBytes, maxBytes)) return i
  }
  return queue.length
}

/** Encodes appends as records that follow what the segment holds. */
export function encodeBatch(
  segment: Segment,
  appends: readonly QueuedAppend[],
  buffers: BatchBuffer,
): EncodedBatch {
  const target = buffers.take(appends.reduce((sum, { bytes }) => sum + encodedBytes(bytes.length), 0))
  let next = 0
  const pieces = appends.map(append => {
    const encoded = encodeAppend(target, next, segment, append)
    next += encodedBytes(append.bytes.length)
    return encoded
  })
  return { bytes: target, position: segment.end, pieces }
}

function encodeAppend(
  target: Buffer,
  start: number,
  segment: Segment,
  { live, at, bytes, arrivedAtMs }: QueuedAppend,
): StoredPiece[] {
  const pieces: StoredPiece[] = []
  let next = start
  for (let done = 0; done < bytes.length; done += RECORD_MAX_PAYLOAD_BYTES) {
    const payload = bytes.subarray(done, done + RECORD_MAX_PAYLOAD_BYTES)
    const moreFollows = done + payload.length < bytes.length
    const place = { log: live.log, at: at + done, arrivedAtMs, batchStart: segment.end }
    pieces.push({
      segment,
      position: segment.end + next,
      payloadBytes: payload.length,
      at: place.at,
      end: place.at + payload.length,
      arrivedAtMs,
    })
    next = encodeRecord(target, next, segment.key, { ...place, payload, moreFollows })
  }
  return pieces
}

/** One buffer for batch after batch, so that the hottest path allocates nothing; greater batches than `maxBytes` get their own. */
export class BatchBuffer {
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
