/**
 * One use of a segment file: its header on disk (docs/formats/journal.md), and what is known of it
 * in memory.
 */
import { crc32 } from 'node:zlib'
import { TailraceError } from '../../../contract/errors.ts'
import { KIB, type LogId } from '../../../contract/quantities.ts'
import type { OpenFile } from './file-layer.ts'
import { type RecordKey, readUInt64, recordKey, writeUInt64 } from './record-format.ts'

export const SALT_BYTES = 16
/**
 * Where the first record of a segment begins: after two copies of the header, each on a page of its
 * own.
 */
export const FIRST_RECORD_POSITION = 8 * KIB
/** How many a header page has room for. */
export const MAX_EARLIER_SEGMENTS = 250

const COPY_BYTES = 4 * KIB
const FIXED_BYTES = 48
const ENTRY_BYTES = 16
const MAGIC = Buffer.from('TAILJRNL', 'latin1')
const VERSION = 1

/** A file that holds one segment after another. */
export interface SegmentFile {
  readonly path: string
  readonly file: OpenFile
  readonly sizeBytes: number
  /** Reads in progress: the file must not be overwritten or closed until there are none. */
  pins: number
}

/** A segment that was still needed when a later one began, as far as its records count. */
export interface EarlierSegment {
  readonly sequence: number
  /** Records at or after this position were never acknowledged. */
  readonly end: number
  /** Everything below was acknowledged, so that a hole in it is damage; at most `end`. */
  readonly certainEnd: number
}

export interface SegmentHeader {
  /** Counts the uses of segments of this journal: 1, 2, …, with gaps where a use failed. */
  readonly sequence: number
  /** Size of the file; a shorter file was cut. */
  readonly segmentBytes: number
  readonly salt: Uint8Array
  /** Oldest first. Other segments of a lower sequence hold nothing that counts. */
  readonly earlier: readonly EarlierSegment[]
}

/** One use of a segment file: from its header until nothing in it is needed any more. */
export class Segment {
  readonly store: SegmentFile
  readonly header: SegmentHeader
  readonly key: RecordKey
  /** Logs that have unreleased bytes here. */
  readonly logs = new Set<LogId>()
  /** Where the next record goes. Everything below counts. */
  end: number
  /** Everything below was acknowledged. What follows may be what a crash left of the last batch. */
  certainEnd: number
  /** Nothing more is written here: a write failed, or a crash left an end that is not trusted. */
  cutShort = false

  constructor(store: SegmentFile, header: SegmentHeader, end = FIRST_RECORD_POSITION, certainEnd = end) {
    this.store = store
    this.header = header
    this.key = recordKey(header.salt)
    this.end = end
    this.certainEnd = certainEnd
  }

  get roomBytes(): number {
    return this.cutShort ? 0 : this.store.sizeBytes - this.end
  }
}

/** The first FIRST_RECORD_POSITION bytes of a segment. */
export function encodeSegmentHeader({ sequence, segmentBytes, salt, earlier }: SegmentHeader): Buffer {
  const copy = Buffer.alloc(FIXED_BYTES + earlier.length * ENTRY_BYTES)
  MAGIC.copy(copy, 0)
  copy.writeUInt32LE(VERSION, 12)
  writeUInt64(copy, sequence, 16)
  copy.writeUInt32LE(segmentBytes, 24)
  copy.writeUInt32LE(earlier.length, 28)
  copy.set(salt, 32)
  for (const [i, entry] of earlier.entries()) {
    const at = FIXED_BYTES + i * ENTRY_BYTES
    writeUInt64(copy, entry.sequence, at)
    copy.writeUInt32LE(entry.end, at + 8)
    copy.writeUInt32LE(entry.certainEnd, at + 12)
  }
  copy.writeUInt32LE(crc32(copy.subarray(12)), 8)
  const pages = Buffer.alloc(FIRST_RECORD_POSITION)
  for (let position = 0; position < pages.length; position += COPY_BYTES) copy.copy(pages, position)
  return pages
}

/**
 * The header in the first bytes of a segment: the younger of its valid copies, or undefined if
 * neither is valid. Throws `store-unavailable` for a valid header of another version of the format.
 */
export function decodeSegmentHeader(pages: Buffer): SegmentHeader | undefined {
  const copies = [pages.subarray(0, COPY_BYTES), pages.subarray(COPY_BYTES, 2 * COPY_BYTES)].map(decodeCopy)
  return copies
    .filter(header => header !== undefined)
    .toSorted((one, other) => other.sequence - one.sequence)[0]
}

function decodeCopy(copy: Buffer): SegmentHeader | undefined {
  if (copy.length < FIXED_BYTES || !MAGIC.equals(copy.subarray(0, 8))) return undefined
  const length = FIXED_BYTES + copy.readUInt32LE(28) * ENTRY_BYTES
  if (length > copy.length || copy.readUInt32LE(8) !== crc32(copy.subarray(12, length))) return undefined
  const version = copy.readUInt32LE(12)
  if (version !== VERSION)
    throw new TailraceError(
      'store-unavailable',
      `the journal has format ${version}, this server knows ${VERSION}`,
    )
  const earlier: EarlierSegment[] = []
  for (let at = FIXED_BYTES; at < length; at += ENTRY_BYTES)
    earlier.push({
      sequence: readUInt64(copy, at),
      end: copy.readUInt32LE(at + 8),
      certainEnd: copy.readUInt32LE(at + 12),
    })
  return {
    sequence: readUInt64(copy, 16),
    segmentBytes: copy.readUInt32LE(24),
    salt: Uint8Array.from(copy.subarray(32, 32 + SALT_BYTES)),
    earlier,
  }
}
