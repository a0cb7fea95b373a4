/** The byte that ends a line. A lone carriage return does not. */
export const LINE_FEED = 0x0a

/** How many lines end in `bytes`. */
export function countLineEnds(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++
  return lines
}

/** Where a walk over lines ended, and how many it found. */
export interface LineWalk {
  /**
   * After the last line end or, walking back, at the first line start. Without one, where the walk
   * began.
   */
  readonly at: number
  /** How many line ends or line starts were found. */
  readonly lines: number
}

/** Walks forward over up to `maxLines` line ends in `bytes[from, to)`. */
export function walkLines(bytes: Uint8Array, from: number, to: number, maxLines: number): LineWalk {
  const part = bytes.subarray(0, to)
  let at = from
  let lines = 0
  while (lines < maxLines) {
    const lineFeed = part.indexOf(LINE_FEED, at)
    if (lineFeed < 0) break
    at = lineFeed + 1
    lines++
  }
  return { at, lines }
}

/**
 * Walks back from `to` over up to `maxLines` lines that begin in `bytes[from, to)`, right after a
 * line end. A line end just before `to` ends the first line of the walk.
 */
export function walkLinesBack(bytes: Uint8Array, from: number, to: number, maxLines: number): LineWalk {
  const lowest = Math.max(0, from - 1)
  const part = bytes.subarray(lowest, to)
  let at = to
  let lines = 0
  while (lines < maxLines && at - 2 >= lowest) {
    const lineFeed = part.lastIndexOf(LINE_FEED, at - 2 - lowest)
    if (lineFeed < 0) break
    at = lowest + lineFeed + 1
    lines++
  }
  return { at, lines }
}
