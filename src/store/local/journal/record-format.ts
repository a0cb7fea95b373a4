/**
 * A record: log bytes with a header and a checksum. docs/formats/journal.md is the specification of
 * this file.
 */
import { crc32 } from 'node:zlib'
import { type ByteOffset, type EpochMs, KIB, type LogId } from '../../../contract/quantities.ts'

export const RECORD_HEADER_BYTES = 40
/**
 * A longer append becomes several records, so that reading one byte never checks more than this.
 */
export const RECORD_MAX_PAYLOAD_BYTES = 64 * KIB

const MORE_FOLLOWS = 1
/** The log id of the record that marks a clean end; no log has it. */
const NO_LOG = 0

/** What sets the records of one use of a segment apart, derived from the salt in its header. */
export interface RecordKey {
  /** The first four bytes of every record; a search for records looks for them. */
  readonly mark: number
  /** CRC-32 of the salt; a record's checksum continues it. */
  readonly seed: number
}

export interface RecordDraft {
  readonly log: LogId
  readonly at: ByteOffset
  readonly arrivedAtMs: EpochMs
  readonly payload: Uint8Array
  /** The append continues in the next record. */
  readonly moreFollows: boolean
  /**
   * Position in the segment of the batch's first record. Everything below was durable when the
   * batch was written.
   */
  readonly batchStart: number
}

/** A valid record, found at `position` of its segment. */
export interface FoundRecord extends Omit<RecordDraft, 'payload'> {
  readonly position: number
  readonly end: number
  readonly payloadBytes: number
}

export function recordKey(salt: Uint8Array): RecordKey {
  return { mark: Buffer.from(salt.buffer, salt.byteOffset, 4).readUInt32LE(0), seed: crc32(salt) }
}

/** How many bytes the records of an append of `appendBytes` take. */
export function encodedBytes(appendBytes: number): number {
  return appendBytes + Math.ceil(appendBytes / RECORD_MAX_PAYLOAD_BYTES) * RECORD_HEADER_BYTES
}

/** Writes a record into `target` at `start`. Returns where it ends. */
export function encodeRecord(target: Buffer, start: number, key: RecordKey, record: RecordDraft): number {
  const payloadAt = start + RECORD_HEADER_BYTES
  const end = payloadAt + record.payload.length
  target.writeUInt32LE(key.mark, start)
  target.writeUInt32LE(record.payload.length, start + 8)
  target.writeUInt32LE(record.batchStart, start + 12)
  writeUInt64(target, record.log, start + 16)
  writeUInt64(target, record.at, start + 24)
  target.writeUIntLE(record.arrivedAtMs, start + 32, 6)
  target.writeUInt16LE(record.moreFollows ? MORE_FOLLOWS : 0, start + 38)
  target.set(record.payload, payloadAt)
  target.writeUInt32LE(crc32(target.subarray(start + 8, end), key.seed), start + 4)
  return end
}

/** An append as the format needs it. */
export interface AppendDraft {
  readonly log: LogId
  readonly at: ByteOffset
  readonly bytes: Uint8Array
  readonly arrivedAtMs: EpochMs
}

/** Writes an append as records into `target` at `start`. Returns where they end. */
export function encodeAppend(
  target: Buffer,
  start: number,
  key: RecordKey,
  batchStart: number,
  { log, at, bytes, arrivedAtMs }: AppendDraft,
): number {
  let next = start
  for (let done = 0; done < bytes.length; done += RECORD_MAX_PAYLOAD_BYTES) {
    const payload = bytes.subarray(done, done + RECORD_MAX_PAYLOAD_BYTES)
    const moreFollows = done + payload.length < bytes.length
    next = encodeRecord(target, next, key, {
      log,
      at: at + done,
      arrivedAtMs,
      batchStart,
      payload,
      moreFollows,
    })
  }
  return next
}

/** The record that a clean end of the journal writes after the last batch. */
export function encodeEndMark(key: RecordKey, position: number): Buffer {
  const mark = Buffer.alloc(RECORD_HEADER_BYTES)
  const payload = new Uint8Array(0)
  const record = { log: NO_LOG, at: 0, arrivedAtMs: 0, payload, moreFollows: false, batchStart: position }
  encodeRecord(mark, 0, key, record)
  return mark
}

export function isEndMark(record: FoundRecord): boolean {
  return record.log === NO_LOG
}

/**
 * The record at `start` of `bytes`, or undefined if there is no complete, valid one. `bytes` begin
 * at `basePosition` of the segment.
 */
export function decodeRecord(
  bytes: Buffer,
  start: number,
  key: RecordKey,
  basePosition: number,
): FoundRecord | undefined {
  if (start + RECORD_HEADER_BYTES > bytes.length || bytes.readUInt32LE(start) !== key.mark) return undefined
  const end = start + RECORD_HEADER_BYTES + bytes.readUInt32LE(start + 8)
  if (end > bytes.length || crc32(bytes.subarray(start + 8, end), key.seed) !== bytes.readUInt32LE(start + 4))
    return undefined
  return decodeHeader(bytes, start, basePosition)
}

/** As decodeRecord, for a record that it has already found valid. */
export function decodeHeader(bytes: Buffer, start: number, basePosition: number): FoundRecord {
  const payloadBytes = bytes.readUInt32LE(start + 8)
  return {
    position: basePosition + start,
    end: basePosition + start + RECORD_HEADER_BYTES + payloadBytes,
    payloadBytes,
    batchStart: bytes.readUInt32LE(start + 12),
    log: readUInt64(bytes, start + 16),
    at: readUInt64(bytes, start + 24),
    arrivedAtMs: bytes.readUIntLE(start + 32, 6),
    moreFollows: (bytes.readUInt16LE(start + 38) & MORE_FOLLOWS) !== 0,
  }
}

// Numbers of up to 53 bits. Buffer's own 64-bit methods would create a BigInt for each.
export function writeUInt64(target: Buffer, value: number, at: number): void {
  target.writeUInt32LE(value % 2 ** 32, at)
  target.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
}

export function readUInt64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}
