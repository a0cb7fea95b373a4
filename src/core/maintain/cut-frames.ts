import { FRAME_MAX_BYTES, FRAME_TARGET_BYTES } from '../../contract/limits.ts'
import { LINE_FEED } from '../../text/lines.ts'

export interface FrameSizes {
  /** The size that frames aim at. */
  readonly targetBytes: number
  /** The size limit of a frame that holds a single, very long line. */
  readonly maxBytes: number
}

export const FRAME_SIZES: FrameSizes = { targetBytes: FRAME_TARGET_BYTES, maxBytes: FRAME_MAX_BYTES }

/**
 * Cuts bytes of one log into frames and returns the ends of the frames, in order. Each frame has at
 * most the target size and ends at a line end if there is one; a longer line makes a frame of up to
 * the maximum size. Bytes after the last full frame become a frame only if `everything` is true.
 */
export function cutFrames(bytes: Uint8Array, everything: boolean, sizes = FRAME_SIZES): readonly number[] {
  const ends: number[] = []
  for (let from = 0; from < bytes.length; ) {
    if (bytes.length - from < sizes.targetBytes) {
      if (everything) ends.push(bytes.length)
      break
    }
    from = frameEnd(bytes, from, sizes)
    ends.push(from)
  }
  return ends
}

function frameEnd(bytes: Uint8Array, from: number, { targetBytes, maxBytes }: FrameSizes): number {
  const target = from + targetBytes
  const lastLine = bytes.lastIndexOf(LINE_FEED, target - 1)
  if (lastLine >= from) return lastLine + 1
  const max = Math.min(bytes.length, from + maxBytes)
  const giantEnd = bytes.subarray(target, max).indexOf(LINE_FEED)
  return giantEnd >= 0 ? target + giantEnd + 1 : max
}
