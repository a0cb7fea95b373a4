import { walkLines, walkLinesBack } from './lines.ts'
import { characterEnd, characterLength, characterStart } from './utf8.ts'

/** The most that a page holds. */
export interface PageLimits {
  /** At least 1. */
  readonly maxLines: number
  /** Bytes of undecoded text. At least 4, so that any character fits. */
  readonly maxBytes: number
}

/** The part `bytes[from, to)` that makes a page. */
export interface PageCut {
  readonly from: number
  readonly to: number
  /**
   * How many line ends it has or, for the last lines, line starts. If that is `maxLines`, more
   * bytes around those given would not change the cut.
   */
  readonly lines: number
}

/**
 * Cuts the first lines of the window `[start, end)` of `bytes`: whole lines, or, if the first line
 * alone exceeds the limit, a chunk of it that ends between characters. If the window begins or ends
 * inside a character, that end moves back to the character's first byte; a window that this leaves
 * empty gets the one character. `bytes` must hold `CHARACTER_REST_BYTES` on either side of the
 * window, unless the log begins or ends there.
 */
export function cutFirstLines(bytes: Uint8Array, start: number, end: number, limits: PageLimits): PageCut {
  const from = characterStart(bytes, start)
  const windowEnd = moveEnd(bytes, from, end)
  const limit = Math.min(windowEnd, from + limits.maxBytes)
  const { at, lines } = walkLines(bytes, from, limit, limits.maxLines)
  if (lines === limits.maxLines) return { from, to: at, lines }
  if (limit === windowEnd) return { from, to: windowEnd, lines }
  return { from, to: lines > 0 ? at : characterStart(bytes, limit), lines }
}

/**
 * Cuts the last lines of the window, by the rules of `cutFirstLines`. A chunk of a line that is too
 * long begins between characters.
 */
export function cutLastLines(bytes: Uint8Array, start: number, end: number, limits: PageLimits): PageCut {
  const windowStart = characterStart(bytes, start)
  const to = moveEnd(bytes, windowStart, end)
  const limit = Math.max(windowStart, to - limits.maxBytes)
  const { at, lines } = walkLinesBack(bytes, limit, to, limits.maxLines)
  if (lines === limits.maxLines) return { from: at, to, lines }
  if (limit === windowStart) return { from: windowStart, to, lines }
  return { from: lines > 0 ? at : characterEnd(bytes, limit), to, lines }
}

function moveEnd(bytes: Uint8Array, from: number, end: number): number {
  const to = characterStart(bytes, end)
  return to > from ? to : from + Math.max(1, characterLength(bytes, from))
}
