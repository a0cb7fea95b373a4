import type { ByteOffset, EpochMs } from '../../../contract/quantities.ts'
import type { LiveLog } from './live-log.ts'
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
  for (const append of appends) next = encodeAppend(target, next, segment, append)
  return { bytes: target, position: segment.end }
}

function encodeAppend(
  target: Buffer,
  start: number,
  segment: Segment,
  { live, at, bytes, arrivedAtMs }: QueuedAppend,
): number {
  let next = start
  for (let done = 0; done < bytes.length; done += RECORD_MAX_PAYLOAD_BYTES) {
    const payload = bytes.subarray(done, done + RECORD_MAX_PAYLOAD_BYTES)
    const moreFollows = done + payload.length < bytes.length
    const place = { log: live.log, at: at + done, arrivedAtMs, batchStart: segment.end }
    next = encodeRecord(target, next, segment.key, { ...place, payload, moreFollows })
  }
  return next
}

/** Tells the logs of a batch where its records are, now that they are durable. */
export function addRecords(segment: Segment, batchPosition: number, appends: readonly QueuedAppend[]): void {
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
