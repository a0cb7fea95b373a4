import { crc32 } from 'node:zlib'
import { isTailraceError } from '../../contract/errors.ts'
import { KIB, MIB } from '../../contract/quantities.ts'
import type { Frame, PackId } from '../../core/ports/pack-store.ts'
import { damaged } from './damaged.ts'
import { rowOf } from './frame.ts'
import {
  decodeFrameHeader,
  FRAME_HEADER_MAX_BYTES,
  frameHeaderBytes,
  unknownVersion,
} from './frame-header.ts'

/** Most headers fit into this, so that one read gets all of them. */
export const HEADER_READ_BYTES = 4 * KIB
const SCAN_BYTES = MIB
/** Where the name of the format is in a header. */
const NAME_AT = 8

/** The bytes of a pack, `[0, end)`. */
export interface PackBytes {
  readonly end: number
  /** The bytes `[position, position + length)`; fewer where the pack ends. */
  read(position: number, length: number): Promise<Uint8Array>
}

interface Located {
  readonly row: Frame
  readonly zstdCrc32: number
  readonly zstdBytes: number
}

/**
 * Yields the rows of a pack's frames in order, from the frame at `from` on, from their headers
 * alone. The last frame's stored bytes are checked against their checksum too, because a crash can
 * tear the last one: there the rows end. Throws `log-damaged` where bytes that are not a frame
 * precede a frame, after the rows before them, and for a frame of an unknown version.
 */
export async function* walkFrames(pack: PackId, bytes: PackBytes, from = 0): AsyncGenerator<Frame> {
  let position = from
  let held: Located | undefined
  for (;;) {
    const found = await locate(pack, bytes, position)
    if (found === undefined) break
    if (held !== undefined) yield held.row
    held = found
    position += found.row.storedBytes
  }
  const broken = await findFrame(pack, bytes, position + 1)
  if (held !== undefined && (broken !== undefined || (await isSound(bytes, held)))) yield held.row
  if (broken !== undefined)
    throw damaged(`pack ${pack} has no frame at ${position}, but one after it at ${broken}`)
}

/** The frame at `position`; undefined when no complete frame is there. */
async function locate(pack: PackId, bytes: PackBytes, position: number): Promise<Located | undefined> {
  if (position >= bytes.end) return undefined
  let begin = await bytes.read(position, HEADER_READ_BYTES)
  const version = unknownVersion(begin)
  if (version !== undefined)
    throw damaged(`pack ${pack} has a frame of unknown format version ${version} at ${position}`)
  try {
    if (frameHeaderBytes(begin) > begin.byteLength) begin = await bytes.read(position, FRAME_HEADER_MAX_BYTES)
    const { header, headerBytes } = decodeFrameHeader(begin)
    const row = rowOf(header, headerBytes, pack, position)
    if (position + row.storedBytes > bytes.end) return undefined
    return { row, zstdCrc32: header.zstdCrc32, zstdBytes: header.zstdBytes }
  } catch (error) {
    if (isTailraceError(error, 'log-damaged')) return undefined
    throw error
  }
}

/** Where the next valid header begins, at or after `from`. */
async function findFrame(pack: PackId, bytes: PackBytes, from: number): Promise<number | undefined> {
  let scanned = from
  while (scanned + NAME_AT < bytes.end) {
    const chunk = await bytes.read(scanned, SCAN_BYTES)
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let name = view.indexOf('TLFR', NAME_AT); name !== -1; name = view.indexOf('TLFR', name + 1)) {
      const position = scanned + name - NAME_AT
      if ((await locate(pack, bytes, position)) !== undefined) return position
    }
    // Chunks overlap by what a name needs before and in it, so that none is missed between two.
    if (chunk.byteLength < SCAN_BYTES) return undefined
    scanned += SCAN_BYTES - NAME_AT - 3
  }
  return undefined
}

async function isSound(bytes: PackBytes, { row, zstdBytes, zstdCrc32 }: Located): Promise<boolean> {
  const zstd = await bytes.read(row.position + row.storedBytes - zstdBytes, zstdBytes)
  return zstd.byteLength === zstdBytes && crc32(zstd) === zstdCrc32
}
