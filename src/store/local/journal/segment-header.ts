import { crc32 } from 'node:zlib'
import { TailraceError } from '../../../contract/errors.ts'
import { KIB } from '../../../contract/quantities.ts'
import { readUInt64, writeUInt64 } from './record-format.ts'

/** docs/formats/journal.md is the specification of this file. */
export const SALT_BYTES = 16
/** The first record of a segment begins here, behind two copies of the header, each on a page of its own. */
export const FIRST_RECORD_POSITION = 8 * KIB

const COPY_POSITIONS = [0, 4 * KIB]
const HEADER_BYTES = 80
const MAGIC = Buffer.from('TAILJRNL', 'latin1')
const VERSION = 1

/** The segment that was written before this one, as far as its records count. */
export interface PreviousSegment {
  readonly sequence: number
  /** Records that begin here or behind were never acknowledged. */
  readonly end: number
  /** Everything before was acknowledged, so that a hole in it is damage; at most `end`. */
  readonly certainEnd: number
}

export interface SegmentHeader {
  /** Counts the uses of segments of this journal: 1, 2, …, with gaps where a use failed. */
  readonly sequence: number
  /** The lowest sequence that still held needed bytes when this use began. */
  readonly oldestSequence: number
  readonly salt: Uint8Array
  readonly previous?: PreviousSegment | undefined
}

/** The first FIRST_RECORD_POSITION bytes of a segment. */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const copy = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(copy, 0)
  copy.writeUInt32LE(VERSION, 12)
  writeUInt64(copy, header.sequence, 16)
  writeUInt64(copy, header.oldestSequence, 24)
  writeUInt64(copy, header.previous?.sequence ?? 0, 32)
  copy.writeUInt32LE(header.previous?.end ?? 0, 40)
  copy.writeUInt32LE(header.previous?.certainEnd ?? 0, 44)
  copy.set(header.salt, 48)
  copy.writeUInt32LE(crc32(copy.subarray(12)), 8)
  const pages = Buffer.alloc(FIRST_RECORD_POSITION)
  for (const position of COPY_POSITIONS) copy.copy(pages, position)
  return pages
}

/**
 * The header of a segment by its first bytes: the younger of its valid copies; undefined when neither is valid.
 * Throws `store-unavailable` for a valid header of another version of the format.
 */
export function decodeSegmentHeader(pages: Buffer): SegmentHeader | undefined {
  return COPY_POSITIONS.map(position => decodeCopy(pages.subarray(position, position + HEADER_BYTES)))
    .filter(header => header !== undefined)
    .sort((one, other) => other.sequence - one.sequence)[0]
}

function decodeCopy(copy: Buffer): SegmentHeader | undefined {
  if (copy.length < HEADER_BYTES || !MAGIC.equals(copy.subarray(0, 8))) return undefined
  if (copy.readUInt32LE(8) !== crc32(copy.subarray(12))) return undefined
  const version = copy.readUInt32LE(12)
  if (version !== VERSION)
    throw new TailraceError(
      'store-unavailable',
      `the journal has format ${version}, this server knows ${VERSION}`,
    )
  const previous = {
    sequence: readUInt64(copy, 32),
    end: copy.readUInt32LE(40),
    certainEnd: copy.readUInt32LE(44),
  }
  return {
    sequence: readUInt64(copy, 16),
    oldestSequence: readUInt64(copy, 24),
    salt: Uint8Array.from(copy.subarray(48, 48 + SALT_BYTES)),
    ...(previous.sequence > 0 && { previous }),
  }
}
