import { walkLines, walkLinesBack } from './lines.ts'
import { characterEnd, characterLength, characterStart } from './utf8.ts'

export interface PageLimits {
  /** At least 1. */
  readonly maxLines: number
  /** Bytes of text before decoding; at least 4, so that every character fits. */
  readonly maxBytes: number
}

/** Part of a text that makes a page. */
export interface PageCut {
  readonly from: number
  readonly to: number
  /** Line ends, or line beginnings going back, found in it. With all of `maxLines` found, bytes beyond those given can not change the cut. */
  readonly lines: number
}

/**
 * The first lines of the window `[start, end)` of `bytes`, whole lines only, except that a line which alone is too
 * long comes as a chunk that ends between characters. Ends of the window that stand inside a character move back to its
 * first byte; a window left empty by that widens to the character. `bytes` should hold three bytes on either side
 * of the window, unless the log itself ends there.
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

/** The last lines of the window, under the rules of `cutFirstLines`; a chunk of a too long line begins between characters. */
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
