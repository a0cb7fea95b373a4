import { promisify } from 'node:util'
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib'
import { systemErrorCode } from '../../contract/caught.ts'
import { TailraceError } from '../../contract/errors.ts'
import { FRAME_MAX_BYTES } from '../../contract/limits.ts'
import type { Frame, FrameDraft, FrameIndex, PackId } from '../../core/ports/pack-store.ts'
import { arrivalsToKeep } from './arrivals.ts'
import { damaged } from './damaged.ts'
import { hasDebugLine } from './debug-lines.ts'
import { decodeFrameHeader, encodeFrameHeader, type FrameHeader, STORED_MAX_BYTES } from './frame-header.ts'
import { markLines } from './line-marks.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

const LEVEL = 3
/** Windows of 1 MiB, the size limit of a frame. Browsers accept up to 2^23 bytes. */
const WINDOW_LOG = 20
/**
 * More than a compressed frame can grow, so that one output chunk holds it: zlib makes a trip to
 * the thread pool for each chunk, and its own chunks have 16 KiB.
 */
const CHUNK_SLACK_BYTES = 1024

/** A frame in its stored form. */
export interface EncodedFrame {
  readonly header: FrameHeader
  readonly stored: Uint8Array
}

/**
 * Encodes a draft into its stored form (docs/formats/frame.md), compressing on libuv's threads. The
 * caller must not change the bytes until this settles. Rejects with RangeError for a draft that
 * breaks the port's rules: empty, too long, or arrivals out of order.
 */
export async function encodeFrame(draft: FrameDraft): Promise<EncodedFrame> {
  const { log, at, firstLine, bytes } = draft
  const size = bytes.byteLength
  if (size < 1 || size > FRAME_MAX_BYTES) throw new RangeError(`a frame of ${size} bytes is out of range`)
  if (!Number.isSafeInteger(log) || log < 1) throw new RangeError(`no log has the number ${log}`)
  const arrivals = arrivalsToKeep(draft)
  const zstd = await compress(bytes, {
    chunkSize: size + CHUNK_SLACK_BYTES,
    pledgedSrcSize: size,
    params: {
      [constants.ZSTD_c_compressionLevel]: LEVEL,
      [constants.ZSTD_c_windowLog]: WINDOW_LOG,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  })
  const place = { log, at, end: at + size, firstLine, zstdBytes: zstd.length, zstdCrc32: crc32(zstd) }
  const header = { ...place, ...markLines(bytes, at), arrivals, hasDebug: hasDebugLine(bytes) }
  return { header, stored: Buffer.concat([encodeFrameHeader(header), zstd]) }
}

/** The row of the frame with this header, at `position` of `pack`. */
export function rowOf(header: FrameHeader, headerBytes: number, pack: PackId, position: number): Frame {
  const { log, at, end, firstLine, lines, zstdBytes } = header
  return { log, at, end, firstLine, lines, pack, position, storedBytes: headerBytes + zstdBytes }
}

/** The row of a frame that was just encoded and is at `position` of `pack`. */
export function rowOfEncoded({ header, stored }: EncodedFrame, pack: PackId, position: number): Frame {
  return rowOf(header, stored.byteLength - header.zstdBytes, pack, position)
}

/**
 * Throws `log-damaged` for a row whose numbers no frame can have, so that nothing is allocated for
 * it.
 */
export function assertPossibleRow(frame: Frame): void {
  const { position, storedBytes } = frame
  const possible = Number.isSafeInteger(position + storedBytes) && position >= 0 && storedBytes > 0
  if (!possible || storedBytes > STORED_MAX_BYTES)
    throw damaged(`no frame has ${storedBytes} bytes at ${position}`)
}

/**
 * Returns the index of `frame` from the header at the start of `stored`. Throws `log-damaged` when
 * the header is invalid or belongs to another frame.
 */
export function readFrameIndex(stored: Uint8Array, frame: Frame): FrameIndex {
  const { lineMarks, arrivals, hasDebug } = headerOf(stored, frame).header
  return { lineMarks, arrivals, hasDebug }
}

/**
 * Returns the zstd frame in `stored` after checking header, lengths and checksum against `frame`.
 * Throws `log-damaged` when one is wrong.
 */
export function checkStored(stored: Uint8Array, frame: Frame): Uint8Array {
  const { header, headerBytes } = headerOf(stored, frame)
  if (stored.byteLength !== frame.storedBytes) throw damaged('the stored frame is cut off')
  const zstd = stored.subarray(headerBytes)
  if (crc32(zstd) !== header.zstdCrc32) throw damaged('the stored frame fails its checksum')
  return zstd
}

/**
 * Returns the log bytes of `frame` from its stored form, decompressed on libuv's threads. Rejects
 * with `log-damaged` when anything does not match, `store-unavailable` when memory is short.
 */
export async function decodeFrame(stored: Uint8Array, frame: Frame): Promise<Uint8Array> {
  const zstd = checkStored(stored, frame)
  const size = frame.end - frame.at
  const bytes = await decompress(zstd, {
    chunkSize: size + CHUNK_SLACK_BYTES,
    maxOutputLength: size,
    params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
  }).catch((cause: unknown) => {
    throw decodeFailure(cause)
  })
  if (bytes.length !== size) throw damaged(`the frame holds ${bytes.length} bytes instead of ${size}`)
  return bytes
}

function headerOf(stored: Uint8Array, frame: Frame) {
  const decoded = decodeFrameHeader(stored)
  const found = rowOf(decoded.header, decoded.headerBytes, frame.pack, frame.position)
  if (!isSameRow(found, frame))
    throw damaged(`pack ${frame.pack} holds another frame at ${frame.position} than its row says`)
  return decoded
}

/** Returns true when both rows are equal. */
export function isSameRow(a: Frame, b: Frame): boolean {
  return (
    a.log === b.log &&
    a.at === b.at &&
    a.end === b.end &&
    a.firstLine === b.firstLine &&
    a.lines === b.lines &&
    a.pack === b.pack &&
    a.position === b.position &&
    a.storedBytes === b.storedBytes
  )
}

const MEMORY_ERRORS: ReadonlySet<string | undefined> = new Set([
  'ZSTD_error_memory_allocation',
  'ERR_ZLIB_INITIALIZATION_FAILED',
  'ERR_MEMORY_ALLOCATION_FAILED',
])

function decodeFailure(cause: unknown): TailraceError {
  if (MEMORY_ERRORS.has(systemErrorCode(cause)))
    return new TailraceError('store-unavailable', 'no memory to decompress a frame', {}, { cause })
  return damaged('the frame cannot be decompressed', { cause })
}
