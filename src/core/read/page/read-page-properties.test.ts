import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chunkSizes, cutInChunks, joinBytes, logBytes } from '../../../../test/arbitrary/log-bytes.ts'
import { arrayLogReader } from '../../../../test/props/array-log-reader.ts'
import { characterStart, decodeUtf8, incompleteTailLength } from '../../../text/utf8.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { type LogPage, type PageByteLimits, type PageQuery, readPage } from './read-page.ts'
import type { StepGrowth } from './visible-end.ts'

const LOG = 7
const SEALED: StepGrowth = { finished: true, running: false }
const RUNNING: StepGrowth = { finished: false, running: true }
const ABANDONED: StepGrowth = { finished: false, running: false }
const ALL: PageQuery = { startOffset: 0, endOffset: 0, order: 'ascending', maxLines: 1000, holdBack: true }

type Ends = readonly [from: number, to: number]

const asc = (startOffset: number, endOffset: number, maxLines: number) =>
  ({ startOffset, endOffset, maxLines, order: 'ascending' }) as const
const desc = (startOffset: number, endOffset: number, maxLines: number) =>
  ({ startOffset, endOffset, maxLines, order: 'descending' }) as const

/** The rules of docs/api.md §2, clause by clause, on the whole log. */
function referencePage(log: Uint8Array, step: StepGrowth, query: PageQuery, limits: PageByteLimits): LogPage {
  const head = log.length
  const ascending = query.order === 'ascending'
  const answer = ([from, to]: Ends): LogPage => ({
    startOffset: from,
    endOffset: to,
    text: decodeUtf8(log.subarray(from, to)),
    hasMore: ascending ? !step.finished || to < head : from > query.startOffset,
  })
  if (query.startOffset >= head) return answer([head, head])
  const open = query.endOffset === 0 || query.endOffset <= query.startOffset
  const end = Math.min(open ? head : query.endOffset, referenceVisibleEnd(log, step, query, limits))
  const from = characterStart(log, query.startOffset)
  if (end <= query.startOffset) return answer([from, from])
  let to = characterStart(log, end)
  if (to <= from) to = nextCharacter(log, from + 1)
  const lines = linesOf(log, from, to)
  return answer(ascending ? firstThatFit(log, lines, query, limits) : lastThatFit(log, lines, query, limits))
}

function referenceVisibleEnd(
  log: Uint8Array,
  step: StepGrowth,
  query: PageQuery,
  limits: PageByteLimits,
): number {
  if (step.finished) return log.length
  const lastLine = log.lastIndexOf(10) + 1
  const held = query.holdBack && step.running && log.length - lastLine < limits.heldBackMaxBytes
  return held ? lastLine : log.length - incompleteTailLength(log)
}

function linesOf(log: Uint8Array, from: number, to: number): Ends[] {
  const lines: Ends[] = []
  for (let at = from, begin = from; at < to; at++)
    if (log[at] === 10 || at === to - 1) {
      lines.push([begin, at + 1])
      begin = at + 1
    }
  return lines
}

function firstThatFit(
  log: Uint8Array,
  lines: Ends[],
  { maxLines }: PageQuery,
  { pageMaxBytes }: PageByteLimits,
): Ends {
  const from = lines[0]![0]
  const fitting = lines.slice(0, maxLines).filter(line => line[1] - from <= pageMaxBytes)
  return [from, fitting.at(-1)?.[1] ?? characterStart(log, from + pageMaxBytes)]
}

function lastThatFit(
  log: Uint8Array,
  lines: Ends[],
  { maxLines }: PageQuery,
  { pageMaxBytes }: PageByteLimits,
): Ends {
  const to = lines.at(-1)![1]
  const fitting = lines.slice(-maxLines).filter(line => to - line[0] <= pageMaxBytes)
  return [fitting[0]?.[0] ?? nextCharacter(log, to - pageMaxBytes), to]
}

/** The first place at or after `at` that is not inside a character. */
function nextCharacter(log: Uint8Array, at: number): number {
  return characterStart(log, at) === at ? at : nextCharacter(log, at + 1)
}

describe('pages', () => {
  const limits = fc.record({
    pageMaxBytes: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 4, max: 30_000 })),
    heldBackMaxBytes: fc.oneof(fc.integer({ min: 4, max: 20 }), fc.integer({ min: 4, max: 9000 })),
  })
  const maxLines = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 1000 }))
  const order = fc.constantFrom('ascending' as const, 'descending' as const)
  const steps = fc.constantFrom(SEALED, RUNNING, ABANDONED)
  const logs = logBytes(9000)

  it('are what the rules say, for any log, cuts, window and limits', async () => {
    const place = fc.oneof(fc.nat(60), fc.nat(30_000))
    await fc.assert(
      fc.asyncProperty(
        logs,
        chunkSizes,
        steps,
        limits,
        fc.record({ startOffset: place, endOffset: place, order, maxLines, holdBack: fc.boolean() }),
        async (log, sizes, step, byteLimits, query) => {
          const answer = await readPage(
            arrayLogReader(() => log, sizes),
            LOG,
            step,
            query,
            byteLimits,
          )
          assert.deepEqual(answer, referencePage(log, step, query, byteLimits))
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('that each begin where the last one ended join to the whole', async () => {
    await fc.assert(
      fc.asyncProperty(logs, chunkSizes, limits, maxLines, async (log, sizes, byteLimits, lines) => {
        const reader = arrayLogReader(() => log, sizes)
        let [text, at] = ['', 0]
        for (let more = true; more; ) {
          const answer = await readPage(reader, LOG, SEALED, { ...ALL, ...asc(at, 0, lines) }, byteLimits)
          assert.equal(answer.startOffset, at)
          assert.equal(answer.hasMore, answer.endOffset < log.length)
          text += answer.text
          at = answer.endOffset
          more = answer.hasMore
        }
        assert.equal(at, log.length)
        assert.equal(text, decodeUtf8(log))
      }),
      { numRuns: 200 },
    )
  })

  it('that each end where the last one began join to the window, and the reader comes to its end', async () => {
    await fc.assert(
      fc.asyncProperty(
        logs,
        chunkSizes,
        limits,
        maxLines,
        fc.nat(60),
        async (log, sizes, byteLimits, lines, start) => {
          const reader = arrayLogReader(() => log, sizes)
          let [text, end] = ['', 0]
          for (let more = true; more; ) {
            const answer = await readPage(
              reader,
              LOG,
              SEALED,
              { ...ALL, ...desc(start, end, lines) },
              byteLimits,
            )
            assert.equal(answer.endOffset, end === 0 ? log.length : end)
            text = answer.text + text
            end = answer.startOffset
            more = answer.hasMore
          }
          const first = characterStart(log, Math.min(start, log.length))
          assert.equal(end, first)
          assert.equal(text, decodeUtf8(log.subarray(first)))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('of adjacent windows, wherever these are cut, join to the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        logBytes(),
        fc.array(fc.integer({ min: 4, max: 50 }), { minLength: 1 }),
        order,
        async (log, widths, way) => {
          fc.pre(log.length > 0)
          let [text, at] = ['', 0]
          for (let start = 0, turn = 0; start < log.length; turn++) {
            const end = start + widths[turn % widths.length]!
            const query = { ...ALL, startOffset: start, endOffset: end, order: way }
            const answer = await readPage(
              arrayLogReader(() => log),
              LOG,
              SEALED,
              query,
            )
            assert.equal(answer.startOffset, at)
            text += answer.text
            at = answer.endOffset
            start = end
          }
          assert.equal(at, log.length)
          assert.equal(text, decodeUtf8(log))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('of a growing log, polled until it is sealed, join to the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        logs,
        chunkSizes,
        limits,
        maxLines,
        fc.boolean(),
        fc.infiniteStream(fc.nat(12)),
        async (log, appends, byteLimits, lines, holdBack, luck) => {
          const chunks = cutInChunks(log, appends)
          let there: Uint8Array = new Uint8Array(0)
          let [step, text, at] = [RUNNING, '', 0]
          const grow = () => {
            for (let n = luck.next().value; n > 0; n--) {
              const chunk = chunks.shift()
              if (chunk === undefined) step = SEALED
              else there = joinBytes([there, chunk])
            }
          }
          // Anything may happen between the look at the step, the look at the head, and the
          // reading.
          const reader: LogReader = {
            ...arrayLogReader(() => there),
            head: async () => {
              grow()
              const head = there.length
              grow()
              return head
            },
          }
          for (let more = true; more; ) {
            const answer = await readPage(
              reader,
              LOG,
              step,
              { ...ALL, startOffset: at, maxLines: lines, holdBack },
              byteLimits,
            )
            assert.equal(answer.startOffset, at)
            text += answer.text
            at = answer.endOffset
            more = answer.hasMore
          }
          assert.equal(at, log.length)
          assert.equal(text, decodeUtf8(log))
        },
      ),
      { numRuns: 200 },
    )
  })
})
