import { HELD_BACK_MAX_BYTES, PAGE_MAX_BYTES } from '../../../contract/limits.ts'
import { type ByteOffset, KIB, type LogId } from '../../../contract/quantities.ts'
import { cutFirstLines, cutLastLines, type PageCut, type PageLimits } from '../../../text/page.ts'
import { CHARACTER_REST_BYTES, characterStart, decodeUtf8 } from '../../../text/utf8.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { LogExcerpt } from './log-excerpt.ts'
import { type StepGrowth, visibleEnd } from './visible-end.ts'

/** The assumed length of a line before any was seen. */
const GUESSED_LINE_BYTES = 96
const FIRST_READ_MIN_BYTES = 4 * KIB

export interface PageQuery {
  readonly startOffset: ByteOffset
  /**
   * If this is not above `startOffset` (0, for example), the window ends where the log ends now.
   */
  readonly endOffset: ByteOffset
  /**
   * Whether the page has the first or the last lines of the window. Either way they are in reading
   * order.
   */
  readonly order: 'ascending' | 'descending'
  /** 1 to PAGE_MAX_LINES. */
  readonly maxLines: number
  /** Hold back the unfinished last line of a running step. */
  readonly holdBack: boolean
}

export interface LogPage {
  /**
   * The bytes that the page covers. For an empty page, both are the start of the window or, if
   * lower, the head.
   */
  readonly startOffset: ByteOffset
  readonly endOffset: ByteOffset
  readonly text: string
  /**
   * Ascending: the log may grow, or has bytes after `endOffset`. Descending: the window has bytes
   * before `startOffset`; to read them, ask for the window that ends there.
   */
  readonly hasMore: boolean
}

/** A page with the source of its build. */
export interface SourcedPage extends LogPage {
  readonly location: string
}

/** Limits in bytes, each at least 4. */
export interface PageByteLimits {
  /** The most bytes that a page covers. */
  readonly pageMaxBytes: number
  /** An unfinished last line of this length or more is shown. */
  readonly heldBackMaxBytes: number
}

const STANDARD_LIMITS: PageByteLimits = {
  pageMaxBytes: PAGE_MAX_BYTES,
  heldBackMaxBytes: HELD_BACK_MAX_BYTES,
}

/**
 * Reads one page of a log by the rules of docs/api.md §2. Pages of a log that grows or ends
 * meanwhile join without gap or repetition, because the head is read once, after the caller learned
 * `step`. Each byte is read once. Time and memory do not depend on the size of the log. Rejects as
 * the reader does.
 */
export async function readPage(
  reader: LogReader,
  log: LogId,
  step: StepGrowth,
  query: PageQuery,
  limits: PageByteLimits = STANDARD_LIMITS,
): Promise<LogPage> {
  const excerpt = new LogExcerpt(reader, log, await reader.head(log))
  const window: Window = { excerpt, step, query, limits }
  if (query.order === 'ascending') {
    const { at, bytes } = await firstLines(window)
    const end = at + bytes.length
    const hasMore = !step.finished || end < excerpt.head
    return { startOffset: at, endOffset: end, text: decodeUtf8(bytes), hasMore }
  }
  const { at, bytes } = await lastLines(window)
  return {
    startOffset: at,
    endOffset: at + bytes.length,
    text: decodeUtf8(bytes),
    hasMore: at > query.startOffset,
  }
}

/** What a page is cut from. */
interface Window {
  readonly excerpt: LogExcerpt
  readonly step: StepGrowth
  readonly query: PageQuery
  readonly limits: PageByteLimits
}

interface Part {
  readonly at: ByteOffset
  readonly bytes: Uint8Array
}

async function firstLines(window: Window): Promise<Part> {
  const { excerpt, query, limits } = window
  const start = query.startOffset
  const wanted = pageLimits(window)
  const end = requestedEnd(window)
  if (start >= end) return emptyPart(excerpt, start)
  const reach = Math.min(end, start + limits.pageMaxBytes)
  for (let guess = firstGuess(wanted); ; ) {
    const upTo = Math.min(reach, start + guess) + CHARACTER_REST_BYTES
    await excerpt.extend(start - CHARACTER_REST_BYTES, upTo)
    const cut = cutFirst(excerpt, start, end, wanted)
    // All its lines have ended, and nothing that is held back comes before a line end.
    if (cut.lines === wanted.maxLines) return partOf(excerpt, cut)
    if (guess >= reach - start) break
    guess = nextGuess(guess, cut, wanted)
  }
  const shownTo = await clipToVisible(window, end, reach)
  if (start >= shownTo) return emptyPart(excerpt, start)
  return partOf(excerpt, cutFirst(excerpt, start, shownTo, wanted))
}

async function lastLines(window: Window): Promise<Part> {
  const { excerpt, query, limits } = window
  const start = query.startOffset
  const wanted = pageLimits(window)
  const requested = requestedEnd(window)
  if (start >= requested) return emptyPart(excerpt, start)
  // The window's end may move back by the rest of a character before the bytes of the page are
  // counted.
  const lowest = (end: ByteOffset) => Math.max(start, end - CHARACTER_REST_BYTES - limits.pageMaxBytes)
  const from = Math.max(lowest(requested), requested - firstGuess(wanted))
  await excerpt.extend(from - CHARACTER_REST_BYTES, requested + CHARACTER_REST_BYTES)
  const end = await clipToVisible(window, requested, requested)
  if (start >= end) return emptyPart(excerpt, start)
  const farthest = Math.max(0, lowest(end) - CHARACTER_REST_BYTES)
  for (;;) {
    const { at, bytes } = excerpt
    const cut = cutLastLines(bytes, Math.max(0, start - at), end - at, wanted)
    if (cut.lines === wanted.maxLines || at <= farthest) return partOf(excerpt, cut)
    await excerpt.extend(Math.max(farthest, end - nextGuess(end - at, cut, wanted)), end)
  }
}

/** Where the window ends, whatever of it is visible. */
function requestedEnd({ excerpt: { head }, query: { startOffset, endOffset } }: Window): ByteOffset {
  return endOffset > startOffset ? Math.min(endOffset, head) : head
}

/**
 * `end`, or the end of the visible part of the log if that is lower and a page up to `reach` may
 * come near it.
 */
async function clipToVisible(
  { excerpt, step, query, limits }: Window,
  end: ByteOffset,
  reach: ByteOffset,
): Promise<ByteOffset> {
  if (reach <= excerpt.head - limits.heldBackMaxBytes) return end
  return Math.min(end, await visibleEnd(excerpt, step, query.holdBack ? limits.heldBackMaxBytes : 0))
}

/** A page without text, at `start`, at the first byte of the character there, or at the head. */
async function emptyPart(excerpt: LogExcerpt, start: ByteOffset): Promise<Part> {
  if (start >= excerpt.head) return { at: excerpt.head, bytes: new Uint8Array(0) }
  await excerpt.extend(start - CHARACTER_REST_BYTES, start + CHARACTER_REST_BYTES)
  const { at, bytes } = excerpt
  return { at: at + characterStart(bytes, start - at), bytes: new Uint8Array(0) }
}

function cutFirst(
  { at, bytes }: LogExcerpt,
  start: ByteOffset,
  end: ByteOffset,
  limits: PageLimits,
): PageCut {
  return cutFirstLines(bytes, start - at, Math.min(end - at, bytes.length), limits)
}

function partOf({ at, bytes }: LogExcerpt, { from, to }: PageCut): Part {
  return { at: at + from, bytes: bytes.subarray(from, to) }
}

function pageLimits({ query, limits }: Window): PageLimits {
  return { maxLines: query.maxLines, maxBytes: limits.pageMaxBytes }
}

function firstGuess({ maxLines }: PageLimits): number {
  return Math.max(FIRST_READ_MIN_BYTES, maxLines * GUESSED_LINE_BYTES)
}

/** How many bytes the page needs if its lines are as long as those seen so far, plus an eighth. */
function nextGuess(seenBytes: number, { lines }: PageCut, { maxLines }: PageLimits): number {
  return Math.ceil(seenBytes * Math.max(1.5, (1.125 * maxLines) / Math.max(1, lines)))
}
