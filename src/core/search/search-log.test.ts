import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chunkSizes, logBytes } from '../../../test/arbitrary/log-bytes.ts'
import { arrayLogReader } from '../../../test/props/array-log-reader.ts'
import { LINE_FEED } from '../../text/lines.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import { type SearchEnd, type SearchHit, type SearchQuery, searchLog } from './search-log.ts'

const LOG = 7
const ALL: SearchQuery = {
  pattern: Buffer.from('a'),
  expression: undefined,
  ignoreCase: false,
  from: 0,
  maxHits: Number.POSITIVE_INFINITY,
  countOnly: false,
}

/** All hits of a search, and its end, which must be the last item and the only end. */
async function search(log: Uint8Array, query: Partial<SearchQuery>, sizes?: readonly number[]) {
  const ports = {
    reader: arrayLogReader(() => log, sizes),
    frames: { framesOf: async () => [], packedEnds: async () => new Map() },
    findBytes: (bytes: Uint8Array, wanted: Uint8Array, from: number) =>
      Buffer.from(bytes).indexOf(wanted, from),
    openMatcher: async (pattern: string) => ({
      match: async (block: Uint8Array) =>
        linesOf(block)
          .filter(({ bytes }) => new RegExp(pattern, 's').test(decodeUtf8(bytes)))
          .map(({ at }) => at),
      [Symbol.asyncDispose]: async () => {},
    }),
  }
  const hits: SearchHit[] = []
  let end: SearchEnd | undefined
  for await (const item of searchLog(ports, LOG, log.length, { ...ALL, ...query })) {
    assert.equal(end, undefined, 'nothing follows the end')
    if ('end' in item) end = item.end
    else hits.push(...item.hits)
  }
  assert.ok(end !== undefined, 'a search ends with its end')
  return { hits, end }
}

/** The lines of a log, without their line ends. */
function linesOf(log: Uint8Array): { readonly at: number; readonly bytes: Uint8Array }[] {
  const lines: { readonly at: number; readonly bytes: Uint8Array }[] = []
  for (let at = 0; at < log.length; ) {
    const lineFeed = log.indexOf(LINE_FEED, at)
    const end = lineFeed < 0 ? log.length : lineFeed
    lines.push({ at, bytes: log.subarray(at, end) })
    at = end + 1
  }
  return lines
}

/** The hits that a search must find, line by line. */
function expected(log: Uint8Array, from: number): SearchHit[] {
  return linesOf(log)
    .map(({ at, bytes }, line) => ({ line, offset: at, text: decodeUtf8(bytes), truncated: false }))
    .filter(({ offset, text }) => offset >= from && text.includes('a'))
}

describe('a search', () => {
  /** Places near line starts, and any other. */
  const places = fc.oneof(
    fc.nat(300),
    fc.record({ line: fc.nat(12), beside: fc.integer({ min: -1, max: 1 }) }),
  )
  const placeIn = (log: Uint8Array, place: number | { readonly line: number; readonly beside: number }) =>
    typeof place === 'number' ? place : Math.max(0, (linesOf(log)[place.line]?.at ?? 0) + place.beside)

  it('yields every line that matches once, then its end', async () => {
    await fc.assert(
      fc.asyncProperty(logBytes(), chunkSizes, places, fc.boolean(), async (log, sizes, place, regex) => {
        const from = placeIn(log, place)
        const expression = regex ? 'a' : undefined
        const { hits, end } = await search(log, { from, expression }, sizes)
        assert.deepEqual(hits, expected(log, from))
        assert.deepEqual(end, { count: hits.length, next: undefined })
      }),
      { numRuns: 500 },
    )
  })

  it('that is limited ends with where to continue', async () => {
    const manyHits = fc
      .array(fc.constantFrom('a\n', 'banana\n', 'no\n', '\n', 'a'), { minLength: 4, maxLength: 20 })
      .map(parts => Buffer.from(parts.join('')))
    await fc.assert(
      fc.asyncProperty(manyHits, fc.integer({ min: 1, max: 4 }), async (log, maxHits) => {
        const all = expected(log, 0)
        const { hits, end } = await search(log, { maxHits })
        assert.deepEqual(hits, all.slice(0, maxHits))
        assert.deepEqual(end, { count: hits.length, next: all[maxHits]?.offset })
        assert.deepEqual(await search(log, { maxHits, countOnly: true }), { hits: [], end })
      }),
    )
  })

  it('gives its caller a turn while it finds nothing', async () => {
    const log = Buffer.alloc(9_000_000, 'nothing like it\n')
    const reader = arrayLogReader(() => log, [1_000_000])
    const frames = { framesOf: async () => [], packedEnds: async () => new Map() }
    const findBytes = () => -1
    const openMatcher = () => Promise.reject(new Error('not an expression'))
    const ports = { reader, frames, findBytes, openMatcher }
    const items = await Array.fromAsync(searchLog(ports, LOG, log.length, ALL))
    assert.deepEqual(items, [{ hits: [] }, { end: { count: 0, next: undefined } }])
  })
})
