import { FRAME_MAX_BYTES, FRAME_TARGET_BYTES } from '../../contract/limits.ts'

const LINE_END = 10

/**
 * Where to cut bytes of one log into frames: the ends of the frames, in order. Each has FRAME_TARGET_BYTES at most and ends at a
 * line end where there is one; a line that is longer makes a frame of up to FRAME_MAX_BYTES. The rest behind the last
 * full frame becomes a frame only if `everything`.
 */
export function cutFrames(bytes: Uint8Array, everything: boolean): readonly number[] {
  const ends: number[] = []
  for (let from = 0; from < bytes.length; ) {
    if (bytes.length - from < FRAME_TARGET_BYTES) {
      if (everything) ends.push(bytes.length)
      break
    }
    from = frameEnd(bytes, from)
    ends.push(from)
  }
  return ends
}

function frameEnd(bytes: Uint8Array, from: number): number {
  const target = from + FRAME_TARGET_BYTES
  const lastLine = bytes.lastIndexOf(LINE_END, target - 1)
  if (lastLine >= from) return lastLine + 1
  const max = Math.min(bytes.length, from + FRAME_MAX_BYTES)
  const giantEnd = bytes.subarray(target, max).indexOf(LINE_END)
  return giantEnd >= 0 ? target + giantEnd + 1 : max
}

/** How many lines end in these bytes. */
export function countLineEnds(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) lines++
  return lines
}
