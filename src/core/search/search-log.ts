import { type ByteOffset, type LineNumber, type LogId, MIB } from '../../contract/quantities.ts'
import { LINE_FEED } from '../../text/lines.ts'
import { countLineEnds } from '../maintain/cut-frames.ts'
import type { FindBytes, OpenLineMatcher } from '../ports/line-matcher.ts'
import { type LineCountPorts, lineAt } from '../read/line-index.ts'
import { LINE_READ_MAX_BYTES, type LineText, lineText } from '../read/line-text.ts'
import type { LogReader } from '../read/log-reader.ts'
import { readRange } from '../read/read-range.ts'
import { BlockTexts } from './block-texts.ts'
import { findExpression } from './find-expression.ts'
import { findLiteral } from './find-literal.ts'
import { BLOCK_MIN_BYTES, blocksOf, type SearchedBlock } from './searched-block.ts'

/** Hits of one block that are held together at most. */
const HITS_AT_ONCE = 500
/** After so much the caller gets a turn, hits or not. */
const TURN_BYTES = 8 * MIB

export interface SearchPorts extends LineCountPorts {
  readonly openMatcher: OpenLineMatcher
  readonly findBytes: FindBytes
}

export interface SearchQuery {
  /** UTF-8; no line end. */
  readonly pattern: Uint8Array
  /** The pattern as text, when it is a regular expression. */
  readonly expression: string | undefined
  readonly ignoreCase: boolean
  /** Lines that begin before are left out. */
  readonly from: ByteOffset
  readonly maxHits: number
  /** No hit is yielded. */
  readonly countOnly: boolean
}

/** A line that matches. */
export interface SearchHit extends LineText {
  /** 0 for the log's first line. */
  readonly line: LineNumber
  readonly offset: ByteOffset
}

export interface SearchEnd {
  /** Hits that were yielded, or would have been. */
  readonly count: number
  /** Where a search for the other hits begins; undefined when there are none up to the head. */
  readonly next: ByteOffset | undefined
}

/**
 * Yields the lines below `head` that match, in order, block by block as they are found: a line is one hit however often it matches, as `grep -c` counts.
 * From time to time it yields no hits, so that who waits for the next can end it. Holds a block or a line at a time. Rejects as the reader and the matcher do.
 */
export async function* searchLog(
  ports: SearchPorts,
  log: LogId,
  head: ByteOffset,
  query: SearchQuery,
): AsyncGenerator<readonly SearchHit[], SearchEnd> {
  const { pattern, expression, ignoreCase, maxHits, countOnly } = query
  const from = await lineBeginFrom(ports.reader, log, query.from, head)
  if (from >= head) return { count: 0, next: undefined }
  await using matcher = expression === undefined ? undefined : await ports.openMatcher(expression, ignoreCase)
  const blocks = blocksOf(ports.reader.read(log, from, head))
  const searched =
    matcher === undefined
      ? findLiteral(blocks, from, { bytes: pattern, ignoreCase }, ports.findBytes)
      : findExpression(blocks, from, matcher)
  if (countOnly) return yield* countHits(searched, maxHits)
  const turns = new Turns()
  const numbers = new LineNumbers(ports, log)
  let count = 0
  for await (const block of searched) {
    if (block.hits.length > 0) await numbers.enter(block)
    const texts = new BlockTexts(block, head)
    let hits: SearchHit[] = []
    for (const offset of block.hits) {
      if (count === maxHits) {
        yield hits
        return { count, next: offset }
      }
      const { text, truncated } = texts.at(offset) ?? (await storedText(ports.reader, log, head, offset))
      hits.push({ line: numbers.of(offset, block), offset, text, truncated })
      count++
      if (hits.length < HITS_AT_ONCE) continue
      yield hits
      hits = []
    }
    if (hits.length > 0) yield hits
    numbers.pass(block)
    if (turns.isNext(block)) yield []
  }
  return { count, next: undefined }
}

async function* countHits(
  searched: AsyncIterable<SearchedBlock>,
  maxHits: number,
): AsyncGenerator<readonly never[], SearchEnd> {
  const turns = new Turns()
  let count = 0
  for await (const block of searched) {
    const next = block.hits[maxHits - count]
    if (next !== undefined) return { count: maxHits, next }
    count += block.hits.length
    if (turns.isNext(block)) yield []
  }
  return { count, next: undefined }
}

class Turns {
  #bytes = 0

  /** Whether it is the caller's turn after this block. */
  isNext({ bytes }: SearchedBlock): boolean {
    this.#bytes += bytes.length
    if (this.#bytes < TURN_BYTES) return false
    this.#bytes = 0
    return true
  }
}

/** The first begin of a line at or behind `from`; `head` where there is none. */
async function lineBeginFrom(
  reader: LogReader,
  log: LogId,
  from: ByteOffset,
  head: ByteOffset,
): Promise<ByteOffset> {
  if (from === 0 || from >= head) return Math.min(from, head)
  let at = from - 1
  for await (const bytes of reader.read(log, at, head)) {
    const lineFeed = bytes.indexOf(LINE_FEED)
    if (lineFeed >= 0) return at + lineFeed + 1
    at += bytes.length
  }
  return head
}

async function storedText(
  reader: LogReader,
  log: LogId,
  head: ByteOffset,
  offset: ByteOffset,
): Promise<LineText> {
  return lineText(await readRange(reader, log, offset, Math.min(head, offset + LINE_READ_MAX_BYTES)))
}

/** A block at least this long is cheaper looked up, when a later hit needs the number of its line, than counted. */
const WORTH_A_LOOKUP_BYTES = 2 * BLOCK_MIN_BYTES

/** Numbers of lines, counted only where hits need them. */
class LineNumbers {
  readonly #ports: LineCountPorts
  readonly #log: LogId
  /** Line ends before this place of the log, where known. */
  #known: { readonly at: ByteOffset; readonly lines: LineNumber } | undefined

  constructor(ports: LineCountPorts, log: LogId) {
    this.#ports = ports
    this.#log = log
  }

  /** Called for a block before the lines in it are numbered. */
  async enter({ at }: SearchedBlock): Promise<void> {
    if (this.#known === undefined || this.#known.at < at)
      this.#known = { at, lines: await lineAt(this.#ports, this.#log, at) }
  }

  /** The number of the line that begins at `offset`, in the block that was entered or before it; behind lines that were numbered before. */
  of(offset: ByteOffset, { at, bytes }: SearchedBlock): LineNumber {
    const known = this.#known!
    const place = Math.max(offset, at)
    const lines = known.lines + countLineEnds(bytes.subarray(known.at - at, place - at))
    this.#known = { at: place, lines }
    return lines
  }

  /** Goes on behind `block`. */
  pass({ at, bytes, hits }: SearchedBlock): void {
    const known = this.#known
    if (known === undefined || known.at < at || (hits.length === 0 && bytes.length >= WORTH_A_LOOKUP_BYTES)) {
      this.#known = undefined
      return
    }
    const lines = known.lines + countLineEnds(bytes.subarray(known.at - at))
    this.#known = { at: at + bytes.length, lines }
  }
}
