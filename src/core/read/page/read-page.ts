import { HELD_BACK_MAX_BYTES, PAGE_MAX_BYTES } from '../../../contract/limits.ts'
import { type ByteOffset, KIB, type LogId } from '../../../contract/quantities.ts'
import { cutFirstLines, cutLastLines, type PageCut, type PageLimits } from '../../../text/page.ts'
import { CHARACTER_REST_BYTES, characterStart, decodeUtf8 } from '../../../text/utf8.ts'
import { type LogReader, readRange } from '../reader/log-reader.ts'
import { type StepGrowth, visibleEnd } from './visible-end.ts'

/** How many bytes a line is taken to have before any was seen. */
const GUESSED_LINE_BYTES = 96
const FIRST_READ_MIN_BYTES = 4 * KIB

export interface PageQuery {
  readonly startOffset: ByteOffset
  /** Not above `startOffset` (0 for one): open, up to where the log ends now. */
  readonly endOffset: ByteOffset
  /** Which lines of the window make the page, its first or its last; the page itself is in reading order always. */
  readonly order: 'ascending' | 'descending'
  /** 1 to PAGE_MAX_LINES. */
  readonly maxLines: number
  /** Hold back the unfinished last line of a running step. */
  readonly holdBack: boolean
}

export interface LogPage {
  /** The bytes that the page covers; where nothing is shown both are the window's start, or the head if that lies before it. */
  readonly startOffset: ByteOffset
  readonly endOffset: ByteOffset
  readonly text: string
  /**
   * Ascending: the log may grow, or holds bytes after `endOffset`. Descending: the window begins before `startOffset`,
   * so a reader who asks for the window (first start, previous start) comes to its end.
   */
  readonly hasMore: boolean
}

/** A page with the source of its log. */
export interface SourcedPage extends LogPage {
  readonly location: string
}

/** Bytes that a page may cover, and that a running step's last line is held back for, each at least 4. */
export interface PageByteLimits {
  readonly pageMaxBytes: number
  readonly heldBackMaxBytes: number
}

const STANDARD_LIMITS: PageByteLimits = {
  pageMaxBytes: PAGE_MAX_BYTES,
  heldBackMaxBytes: HELD_BACK_MAX_BYTES,
}

/**
 * One page of a log, by the rules of docs/api.md §2. The head is read once, after the caller learned `step`: pages of a
 * log that grows or ends meanwhile still join without gap or repetition. What is read and held does not depend on the
 * log's size. Rejects as the reader does.
 */
export async function readPage(
  reader: LogReader,
  log: LogId,
  step: StepGrowth,
  query: PageQuery,
  limits: PageByteLimits = STANDARD_LIMITS,
): Promise<LogPage> {
  const head = await reader.head(log)
  const ascending = query.order === 'ascending'
  const start = query.startOffset
  const end = start < head ? await windowEnd(reader, log, head, step, query, limits) : head
  const span: Span = { reader, log, head, start, end }
  const pageLimits = { maxLines: query.maxLines, maxBytes: limits.pageMaxBytes }
  const part =
    start >= end
      ? await emptyPart(span)
      : await (ascending ? firstLines(span, pageLimits) : lastLines(span, pageLimits))
  return {
    startOffset: part.at,
    endOffset: part.at + part.bytes.length,
    text: decodeUtf8(part.bytes),
    hasMore: ascending ? !step.finished || part.at + part.bytes.length < head : part.at > start,
  }
}

/** The window `[start, end)` of a log, and where its bytes come from; `end` is visible and at most `head`. */
interface Span {
  readonly reader: LogReader
  readonly log: LogId
  readonly head: ByteOffset
  readonly start: ByteOffset
  readonly end: ByteOffset
}

interface Part {
  readonly at: ByteOffset
  readonly bytes: Uint8Array
}

/** The window's end, clipped to what is visible. */
async function windowEnd(
  reader: LogReader,
  log: LogId,
  head: ByteOffset,
  step: StepGrowth,
  query: PageQuery,
  limits: PageByteLimits,
): Promise<ByteOffset> {
  const { startOffset, endOffset, order, holdBack } = query
  const end = endOffset > startOffset ? Math.min(endOffset, head) : head
  const reach = order === 'ascending' ? Math.min(end, startOffset + limits.pageMaxBytes) : end
  // Pages that can not come near the head need not look at it.
  if (reach <= head - limits.heldBackMaxBytes) return end
  return Math.min(end, await visibleEnd(reader, log, head, step, holdBack ? limits.heldBackMaxBytes : 0))
}

async function emptyPart({ reader, log, head, start }: Span): Promise<Part> {
  if (start >= head) return { at: head, bytes: new Uint8Array(0) }
  const from = lookBehind(start)
  const around = await readRange(reader, log, from, Math.min(head, start + CHARACTER_REST_BYTES))
  return { at: from + characterStart(around, start - from), bytes: new Uint8Array(0) }
}

async function firstLines({ reader, log, head, start, end }: Span, limits: PageLimits): Promise<Part> {
  const from = lookBehind(start)
  const farthest = Math.min(head, Math.min(end, start + limits.maxBytes) + CHARACTER_REST_BYTES)
  let bytes: Uint8Array = new Uint8Array(0)
  let wantedBytes = firstGuess(limits)
  for (;;) {
    const upTo = Math.min(farthest, start + wantedBytes)
    bytes = join(bytes, await readRange(reader, log, from + bytes.length, upTo))
    const cut = cutFirstLines(bytes, start - from, Math.min(end - from, bytes.length), limits)
    if (cut.lines === limits.maxLines || upTo === farthest) return partOf(from, bytes, cut)
    wantedBytes = nextGuess(wantedBytes, cut, limits)
  }
}

async function lastLines({ reader, log, head, start, end }: Span, limits: PageLimits): Promise<Part> {
  // The window's end may move back by the rest of a character before the bytes of the page are counted.
  const farthest = lookBehind(Math.max(start, end - CHARACTER_REST_BYTES - limits.maxBytes))
  let at = Math.min(head, end + CHARACTER_REST_BYTES)
  let bytes: Uint8Array = new Uint8Array(0)
  let wantedBytes = firstGuess(limits)
  for (;;) {
    const from = Math.max(farthest, end - wantedBytes)
    bytes = join(await readRange(reader, log, from, at), bytes)
    at = from
    const cut = cutLastLines(bytes, Math.max(0, start - at), end - at, limits)
    if (cut.lines === limits.maxLines || at === farthest) return partOf(at, bytes, cut)
    wantedBytes = nextGuess(wantedBytes, cut, limits)
  }
}

function partOf(at: ByteOffset, bytes: Uint8Array, { from, to }: PageCut): Part {
  return { at: at + from, bytes: bytes.subarray(from, to) }
}

function firstGuess({ maxLines }: PageLimits): number {
  return Math.max(FIRST_READ_MIN_BYTES, maxLines * GUESSED_LINE_BYTES)
}

/** As many bytes as the page takes if its lines are like those seen so far, and an eighth more. */
function nextGuess(seenBytes: number, { lines }: PageCut, { maxLines }: PageLimits): number {
  return Math.ceil(seenBytes * Math.max(1.5, (1.125 * maxLines) / Math.max(1, lines)))
}

function lookBehind(offset: ByteOffset): ByteOffset {
  return Math.max(0, offset - CHARACTER_REST_BYTES)
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
