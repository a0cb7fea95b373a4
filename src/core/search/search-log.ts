import { type ByteOffset, type LineNumber, type LogId, MIB } from '../../contract/quantities.ts'
import { LINE_FEED } from '../../text/lines.ts'
import type { FindBytes, OpenLineMatcher } from '../ports/line-matcher.ts'
import type { LineCountPorts } from '../read/lines/line-index.ts'
import type { LineText } from '../read/lines/line-text.ts'
import type { LogReader } from '../read/reader/log-reader.ts'
import { BlockTexts } from './block-texts.ts'
import { findExpression } from './find-expression.ts'
import { findLiteral } from './find-literal.ts'
import { LineNumbers } from './line-numbers.ts'
import { blocksOf, type SearchedBlock } from './searched-block.ts'

/** The most hits that are yielded together. */
const HITS_MAX = 500
/** After this many bytes without hits, a search gives its caller a turn. */
const TURN_BYTES = 8 * MIB

export interface SearchPorts extends LineCountPorts {
  readonly openMatcher: OpenLineMatcher
  readonly findBytes: FindBytes
}

export interface SearchQuery {
  /** UTF-8, without a line end. */
  readonly pattern: Uint8Array
  /** The pattern as text if it is a regular expression. */
  readonly expression: string | undefined
  readonly ignoreCase: boolean
  /** Only lines that begin at this byte or later are searched. */
  readonly from: ByteOffset
  readonly maxHits: number
  /** Yield no hits, only the end. */
  readonly countOnly: boolean
}

/** A line that matches. */
export interface SearchHit extends LineText {
  /** 0 for the log's first line. */
  readonly line: LineNumber
  readonly offset: ByteOffset
}

export interface SearchEnd {
  /** How many hits were yielded, or would have been if they were not only counted. */
  readonly count: number
  /** Where to search for the next hit; undefined if there is none below the head. */
  readonly next: ByteOffset | undefined
}

/**
 * Hits in order, then, as the last item, the end. An item with no hits is a turn for the caller.
 */
export type SearchItem = { readonly hits: readonly SearchHit[] } | { readonly end: SearchEnd }

/**
 * Searches the lines of a log below `head` and yields hits block by block, then the end
 * (docs/api.md §5). A line is one hit however often it matches, as `grep -c` counts. At least every
 * few megabytes the search yields an item, so that its caller can stop it. Memory is one block or
 * one line. Rejects as the reader and the matcher do.
 */
export async function* searchLog(
  ports: SearchPorts,
  log: LogId,
  head: ByteOffset,
  query: SearchQuery,
): AsyncGenerator<SearchItem> {
  const { pattern, expression, ignoreCase, maxHits, countOnly } = query
  const from = await lineBeginFrom(ports.reader, log, query.from, head)
  if (from >= head) {
    yield { end: { count: 0, next: undefined } }
    return
  }
  await using matcher = expression === undefined ? undefined : await ports.openMatcher(expression, ignoreCase)
  const blocks = blocksOf(ports.reader.read(log, from, head))
  const searched =
    matcher === undefined
      ? findLiteral(blocks, from, { bytes: pattern, ignoreCase }, ports.findBytes)
      : findExpression(blocks, from, matcher)
  yield* countOnly ? countHits(searched, maxHits) : listHits(ports, log, head, searched, maxHits)
}

async function* countHits(
  searched: AsyncIterable<SearchedBlock>,
  maxHits: number,
): AsyncGenerator<SearchItem> {
  const turns = new Turns()
  let count = 0
  for await (const block of searched) {
    const next = block.hits[maxHits - count]
    if (next !== undefined) {
      yield { end: { count: maxHits, next } }
      return
    }
    count += block.hits.length
    if (turns.isNext(block)) yield { hits: [] }
  }
  yield { end: { count, next: undefined } }
}

async function* listHits(
  ports: LineCountPorts,
  log: LogId,
  head: ByteOffset,
  searched: AsyncIterable<SearchedBlock>,
  maxHits: number,
): AsyncGenerator<SearchItem> {
  const turns = new Turns()
  const numbers = new LineNumbers(ports, log)
  let count = 0
  for await (const block of searched) {
    if (block.hits.length > 0) await numbers.enter(block)
    const texts = new BlockTexts(ports.reader, log, head, block)
    let hits: SearchHit[] = []
    for (const offset of block.hits) {
      if (count === maxHits) {
        yield { hits }
        yield { end: { count, next: offset } }
        return
      }
      const { text, truncated } = texts.held(offset) ?? (await texts.read(offset))
      hits.push({ line: numbers.of(offset, block), offset, text, truncated })
      count++
      if (hits.length < HITS_MAX) continue
      yield { hits }
      hits = []
    }
    if (hits.length > 0) yield { hits }
    numbers.leave(block)
    if (turns.isNext(block)) yield { hits: [] }
  }
  yield { end: { count, next: undefined } }
}

class Turns {
  #bytes = 0

  /** Whether the caller gets a turn after this block. */
  isNext({ bytes }: SearchedBlock): boolean {
    this.#bytes += bytes.length
    if (this.#bytes < TURN_BYTES) return false
    this.#bytes = 0
    return true
  }
}

/** Where the first line begins at `from` or later; `head` if none does. */
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
