import { FRAME_MAX_BYTES, FRAME_TARGET_BYTES } from '../../contract/limits.ts'
import { LINE_FEED } from '../../text/lines.ts'

export interface FrameSizes {
  /** A frame aims at this many bytes. */
  readonly targetBytes: number
  /** A frame whose only line is a giant may reach this many. */
  readonly maxBytes: number
}

export const FRAME_SIZES: FrameSizes = { targetBytes: FRAME_TARGET_BYTES, maxBytes: FRAME_MAX_BYTES }

/**
 * Where to cut bytes of one log into frames: the ends of the frames, in order. Each has the target size at most and ends at a
 * line end where there is one; a line that is longer makes a frame of up to the maximal size. The rest behind the last
 * full frame becomes a frame only if `everything`.
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
