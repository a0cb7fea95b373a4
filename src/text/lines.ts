export const LINE_FEED = 0x0a

/** How many lines end in `bytes`. */
export function countLineEnds(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++
  return lines
}

/** How far a walk over lines came. */
export interface LineWalk {
  /** Behind the last line end found, or at the first line begin found going back; where the walk set out when none was. */
  readonly at: number
  /** How many were found, at most as many as were asked for. */
  readonly lines: number
}

/** Walks from `from` to behind the `maxLines`-th line end in `bytes[from, to)`, or the last one there is. */
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
 * Walks back from `to` to the begin of the `maxLines`-th line that begins behind a line end and in `bytes[from, to)`, or
 * of the last one there is. A line end just before `to` belongs to the line that is walked over first.
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
