import { crc32 } from 'node:zlib'
import { FRAME_MAX_BYTES } from '../../contract/limits.ts'
import { type ByteOffset, KIB, type LineNumber, type LogId } from '../../contract/quantities.ts'
import { type Arrival, type FrameIndex, LINES_PER_MARK } from '../../core/ports/pack-store.ts'
import { ARRIVALS_MAX_PER_FRAME, TIME_LIMIT_MS } from './arrivals.ts'
import { damaged } from './damaged.ts'
import { pushSignedVarint, pushVarint, readVarints, type VarintReader } from './varint.ts'

/** One of the sixteen magic numbers of skippable zstd frames (RFC 8878, 3.1.2). */
const SKIPPABLE_MAGIC = 0x184d2a57
const NAME = Buffer.from('TLFR', 'latin1')
const VERSION = 1
const HAS_DEBUG = 1

const NAME_AT = 8
const VERSION_AT = 12
const FLAGS_AT = 13
const ZSTD_CRC_AT = 14
const NUMBERS_AT = 18
const CRC_BYTES = 4

/**
 * The longest header that is written or accepted. 512 arrivals and the marks of 1 MiB need less.
 */
export const FRAME_HEADER_MAX_BYTES = 32 * KIB
/** The first bytes of a frame, which hold the length of its header and its version. */
const FRAME_PREFIX_BYTES = VERSION_AT + 1
/**
 * The longest zstd frame that is accepted: bytes that cannot be compressed grow by three per block
 * of 128 KiB, plus the start and end of the zstd frame.
 */
const ZSTD_FRAME_MAX_BYTES = FRAME_MAX_BYTES + KIB
/** The longest stored frame. */
export const STORED_MAX_BYTES = FRAME_HEADER_MAX_BYTES + ZSTD_FRAME_MAX_BYTES

/** The contents of the skippable frame that precedes a zstd frame (docs/formats/frame.md). */
export interface FrameHeader extends FrameIndex {
  readonly log: LogId
  readonly at: ByteOffset
  readonly end: ByteOffset
  readonly firstLine: LineNumber
  readonly lines: number
  readonly zstdBytes: number
  /** CRC-32 (as in zlib) of the zstd frame. */
  readonly zstdCrc32: number
}

/** Encodes a header. Throws RangeError when a number does not fit. */
export function encodeFrameHeader(header: FrameHeader): Buffer {
  const numbers: number[] = []
  pushVarint(numbers, header.log)
  pushVarint(numbers, header.at)
  pushVarint(numbers, header.end - header.at)
  pushVarint(numbers, header.zstdBytes)
  pushVarint(numbers, header.firstLine)
  pushVarint(numbers, header.lines)
  pushMarks(numbers, header.lineMarks)
  pushArrivals(numbers, header.arrivals)
  const out = Buffer.alloc(NUMBERS_AT + numbers.length + CRC_BYTES)
  out.writeUInt32LE(SKIPPABLE_MAGIC, 0)
  out.writeUInt32LE(out.length - NAME_AT, 4)
  NAME.copy(out, NAME_AT)
  out[VERSION_AT] = VERSION
  out[FLAGS_AT] = header.hasDebug ? HAS_DEBUG : 0
  out.writeUInt32LE(header.zstdCrc32, ZSTD_CRC_AT)
  out.set(numbers, NUMBERS_AT)
  out.writeUInt32LE(crc32(out.subarray(0, -CRC_BYTES)), out.length - CRC_BYTES)
  return out
}

function pushMarks(numbers: number[], marks: readonly ByteOffset[]): void {
  pushVarint(numbers, marks.length - 1)
  for (let i = 1; i < marks.length; i++) pushVarint(numbers, marks[i]! - marks[i - 1]!)
}

function pushArrivals(numbers: number[], arrivals: readonly Arrival[]): void {
  pushVarint(numbers, arrivals.length)
  for (const [i, { at, arrivedAtMs }] of arrivals.entries()) {
    const before = arrivals[i - 1]
    if (before !== undefined) pushVarint(numbers, at - before.at)
    pushSignedVarint(numbers, arrivedAtMs - (before?.arrivedAtMs ?? 0))
  }
}

/**
 * Returns the length of the header that begins with `prefix` (at least FRAME_PREFIX_BYTES). Throws
 * `log-damaged` when no frame begins there, or one of an unknown version.
 */
export function frameHeaderBytes(prefix: Uint8Array): number {
  if (prefix.byteLength < FRAME_PREFIX_BYTES) throw damaged('the frame header is cut off')
  const view = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  if (view.readUInt32LE(0) !== SKIPPABLE_MAGIC || !view.subarray(NAME_AT, VERSION_AT).equals(NAME))
    throw damaged('no frame begins here')
  const version = unknownVersion(prefix)
  if (version !== undefined)
    throw damaged(`frame format version ${version} is unknown; this Tailrace reads version ${VERSION}`)
  const total = NAME_AT + view.readUInt32LE(4)
  if (total < NUMBERS_AT + CRC_BYTES || total > FRAME_HEADER_MAX_BYTES)
    throw damaged(`a frame header of ${total} bytes is out of range`)
  return total
}

/** Returns the version of the frame that begins with `prefix` if this Tailrace does not know it. */
export function unknownVersion(prefix: Uint8Array): number | undefined {
  const view = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  if (view.length < FRAME_PREFIX_BYTES || view.readUInt32LE(0) !== SKIPPABLE_MAGIC) return undefined
  if (!view.subarray(NAME_AT, VERSION_AT).equals(NAME)) return undefined
  const version = view[VERSION_AT]!
  return version === VERSION ? undefined : version
}

/**
 * Decodes the header at the start of `bytes`, which may be longer. Throws `log-damaged` for
 * anything but a complete and valid header of version 1.
 */
export function decodeFrameHeader(bytes: Uint8Array): { header: FrameHeader; headerBytes: number } {
  const headerBytes = frameHeaderBytes(bytes)
  if (bytes.byteLength < headerBytes) throw damaged('the frame header is cut off')
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, headerBytes)
  const numbersEnd = headerBytes - CRC_BYTES
  if (crc32(view.subarray(0, numbersEnd)) !== view.readUInt32LE(numbersEnd))
    throw damaged('the frame header fails its checksum')
  const flags = view[FLAGS_AT]!
  if ((flags & ~HAS_DEBUG) !== 0) throw damaged(`frame flags ${flags} are unknown`)
  const numbers = readVarints(view, NUMBERS_AT, numbersEnd)
  const place = takePlace(numbers)
  const lineMarks = takeMarks(numbers, place)
  const arrivals = takeArrivals(numbers, place)
  if (numbers.position !== numbersEnd) throw damaged('the frame header has bytes left over')
  const header = {
    ...place,
    lineMarks,
    arrivals,
    hasDebug: (flags & HAS_DEBUG) !== 0,
    zstdCrc32: view.readUInt32LE(ZSTD_CRC_AT),
  }
  return { header, headerBytes }
}

type Place = Omit<FrameHeader, keyof FrameIndex | 'zstdCrc32'>

function takePlace(numbers: VarintReader): Place {
  const [log, at, rawBytes] = [numbers.next(), numbers.next(), numbers.next()]
  const [zstdBytes, firstLine, lines] = [numbers.next(), numbers.next(), numbers.next()]
  assertHeader(rawBytes >= 1 && rawBytes <= FRAME_MAX_BYTES, 'length')
  assertHeader(zstdBytes >= 1 && zstdBytes <= ZSTD_FRAME_MAX_BYTES, 'stored length')
  assertHeader(lines <= rawBytes, 'number of lines')
  assertHeader(log >= 1 && Number.isSafeInteger(at + rawBytes), 'place')
  assertHeader(Number.isSafeInteger(firstLine + lines), 'line number')
  return { log, at, end: at + rawBytes, zstdBytes, firstLine, lines }
}

function takeMarks(numbers: VarintReader, { at, end, lines }: Place): readonly ByteOffset[] {
  const count = numbers.next()
  assertHeader(count <= lines / LINES_PER_MARK, 'number of line marks')
  const marks = [at]
  for (let i = 0; i < count; i++) marks.push(marks[i]! + numbers.next())
  assertHeader(isRising(marks) && marks[count]! < end, 'line marks')
  return marks
}

function takeArrivals(numbers: VarintReader, { at, end }: Place): readonly Arrival[] {
  const count = numbers.next()
  assertHeader(count >= 1 && count <= ARRIVALS_MAX_PER_FRAME, 'number of arrivals')
  const arrivals: Arrival[] = [{ at, arrivedAtMs: numbers.nextSigned() }]
  for (let i = 1; i < count; i++) {
    const before = arrivals[i - 1]!
    const next = before.at + numbers.next()
    arrivals.push({ at: next, arrivedAtMs: before.arrivedAtMs + numbers.nextSigned() })
  }
  assertHeader(isRising(arrivals.map(arrival => arrival.at)) && arrivals[count - 1]!.at < end, 'arrivals')
  const inRange = (timeMs: number) => timeMs >= 0 && timeMs < TIME_LIMIT_MS
  assertHeader(
    arrivals.every(arrival => inRange(arrival.arrivedAtMs)),
    'arrival times',
  )
  return arrivals
}

function isRising(offsets: readonly number[]): boolean {
  return offsets.every((offset, i) => i === 0 || offset > offsets[i - 1]!)
}

function assertHeader(holds: boolean, what: string): void {
  if (!holds) throw damaged(`the ${what} in a frame header is out of range`)
}
