import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { joinBytes } from '../../../../test/arbitrary/log-bytes.ts'
import { arrayLogReader } from '../../../../test/props/array-log-reader.ts'
import { HELD_BACK_MAX_BYTES, PAGE_MAX_BYTES } from '../../../contract/limits.ts'
import { KIB, MIB } from '../../../contract/quantities.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { type PageQuery, readPage } from './read-page.ts'
import type { StepGrowth } from './visible-end.ts'

const LOG = 7
const SEALED: StepGrowth = { finished: true, running: false }
const RUNNING: StepGrowth = { finished: false, running: true }
const ABANDONED: StepGrowth = { finished: false, running: false }
const ALL: PageQuery = { startOffset: 0, endOffset: 0, order: 'ascending', maxLines: 1000, holdBack: true }

const encoder = new TextEncoder()
const bytesOf = (log: string | Uint8Array) => (typeof log === 'string' ? encoder.encode(log) : log)

async function page(log: string | Uint8Array, query: Partial<PageQuery> = {}, step = SEALED) {
  const bytes = bytesOf(log)
  const { startOffset, endOffset, text, hasMore } = await readPage(
    arrayLogReader(() => bytes),
    LOG,
    step,
    { ...ALL, ...query },
  )
  return [startOffset, endOffset, text, hasMore] as const
}

const desc = (startOffset: number, endOffset: number, maxLines = 1000) =>
  ({ startOffset, endOffset, maxLines, order: 'descending' }) as const
const asc = (startOffset: number, endOffset: number, maxLines = 1000) =>
  ({ startOffset, endOffset, maxLines, order: 'ascending' }) as const

describe('a page', () => {
  it('has the first lines of the window when ascending, the last ones when descending, in reading order', async () => {
    assert.deepEqual(await page('a\nb\nc\nd\n', asc(0, 0, 2)), [0, 4, 'a\nb\n', true])
    assert.deepEqual(await page('a\nb\nc\nd\n', desc(0, 0, 2)), [4, 8, 'c\nd\n', true])
    assert.deepEqual(await page('a\nb\nc\nd', desc(0, 0, 2)), [4, 7, 'c\nd', true])
  })

  it('cuts its window literally, inside lines too', async () => {
    assert.deepEqual(await page('abcdef\nghij\n', asc(2, 9)), [2, 9, 'cdef\ngh', true])
    assert.deepEqual(await page('abcdef\nghij\n', asc(2, 9, 1)), [2, 7, 'cdef\n', true])
    assert.deepEqual(await page('abcdef\nghij\n', desc(2, 9, 1)), [7, 9, 'gh', true])
    assert.deepEqual(await page('abcdef\nghij\n', desc(2, 9)), [2, 9, 'cdef\ngh', false])
    assert.deepEqual(await page('abcdef\nghij\n', desc(3, 5, 1)), [3, 5, 'de', false])
  })

  it('has an open end when the window ends at 0 or not past its start', async () => {
    for (const end of [0, 1, 2]) assert.deepEqual(await page('abcd\n', asc(2, end)), [2, 5, 'cd\n', false])
    assert.deepEqual(await page('abcd\n', desc(3, 1)), [3, 5, 'd\n', false])
  })

  it('treats a lone CR and a CRLF as ordinary bytes', async () => {
    assert.deepEqual(await page('1%\r2%\r\nok\n', asc(0, 0, 1)), [0, 7, '1%\r2%\r\n', true])
  })

  it('covers the character that an end of its window falls into only if that is its first byte', async () => {
    const log = 'a中b🙂c'
    assert.deepEqual(await page(log, asc(0, 3)), [0, 1, 'a', true])
    assert.deepEqual(await page(log, asc(3, 8)), [1, 5, '中b', true])
    assert.deepEqual(await page(log, asc(8, 0)), [5, 10, '🙂c', false])
    assert.deepEqual(await page(log, desc(3, 8)), [1, 5, '中b', false])
  })

  it('widens to one character when its window lies inside it', async () => {
    const log = 'a🙂b'
    for (const query of [asc(2, 4), asc(1, 2), asc(4, 5), desc(2, 4)])
      assert.deepEqual((await page(log, query)).slice(0, 3), [1, 5, '🙂'])
    assert.deepEqual(await page(log, desc(2, 4)), [1, 5, '🙂', false])
  })

  it('counts bytes that are no valid UTF-8 one by one', async () => {
    const log = Uint8Array.of(0x61, 0xe4, 0xb8, 0x62, 0xff)
    assert.deepEqual(await page(log), [0, 5, 'a\uFFFD\uFFFDb\uFFFD', false])
    assert.deepEqual(await page(log, asc(2, 3)), [2, 3, '\uFFFD', true])
  })

  it('keeps a byte order mark', async () => {
    assert.deepEqual(await page('\uFEFFa\n'), [0, 5, '\uFEFFa\n', false])
  })

  it('is empty at its start when the log ends there, and at the head when it ends before', async () => {
    assert.deepEqual(await page('ab\n', asc(3, 0)), [3, 3, '', false])
    assert.deepEqual(await page('ab\n', asc(3, 9)), [3, 3, '', false])
    assert.deepEqual(await page('ab\n', asc(9, 0)), [3, 3, '', false])
    assert.deepEqual(await page('ab\n', desc(9, 20)), [3, 3, '', false])
    assert.deepEqual(await page('', {}), [0, 0, '', false])
    assert.deepEqual(await page('', asc(4, 0), ABANDONED), [0, 0, '', true])
  })

  it('ascending, says that more may come while the step is not finished or the log has more than the window', async () => {
    assert.equal((await page('a\nb\n', asc(0, 2)))[3], true)
    assert.equal((await page('a\nb\n', asc(0, 4)))[3], false)
    assert.equal((await page('a\nb\n', asc(0, 4), RUNNING))[3], true)
    assert.equal((await page('a\nb\n', asc(4, 0), ABANDONED))[3], true)
    assert.equal((await page('', {}, ABANDONED))[3], true)
  })

  it('descending, says that the window has more before it, finished or not', async () => {
    assert.equal((await page('a\nb\nc\n', desc(2, 0, 1), RUNNING))[3], true)
    assert.equal((await page('a\nb\nc\n', desc(2, 0, 2), RUNNING))[3], false)
  })

  it('rejects as the reader does', async () => {
    const reader: LogReader = {
      head: async () => 10,
      // biome-ignore lint/correctness/useYield: it fails before its first chunk
      async *read() {
        throw new Error('damaged')
      },
    }
    await assert.rejects(readPage(reader, LOG, SEALED, ALL), /damaged/)
  })
})

describe('a page of giant lines', () => {
  const giant = (bytes: number) => new Uint8Array(bytes).fill(0x78)

  it('has whole lines only, while one line fits', async () => {
    const log = joinBytes([bytesOf('a\n'), giant(PAGE_MAX_BYTES - 1), bytesOf('\nb\n')])
    assert.deepEqual((await page(log)).slice(0, 2), [0, 2])
    assert.deepEqual((await page(log, asc(2, 0))).slice(0, 2), [2, 2 + PAGE_MAX_BYTES])
    assert.deepEqual((await page(log, desc(0, 0))).slice(0, 2), [2 + PAGE_MAX_BYTES, 4 + PAGE_MAX_BYTES])
    assert.deepEqual((await page(log, desc(0, 2 + PAGE_MAX_BYTES))).slice(0, 2), [2, 2 + PAGE_MAX_BYTES])
  })

  it('has chunks of a line that does not fit, cut between characters', async () => {
    const log = bytesOf(`${'界'.repeat(MIB)}\n`)
    const most = PAGE_MAX_BYTES - (PAGE_MAX_BYTES % 3)
    assert.deepEqual((await page(log)).slice(0, 2), [0, most])
    assert.deepEqual((await page(log, asc(most, 0))).slice(0, 2), [most, 2 * most])
    // The last byte is the line end, so that the page before it begins at another place in the
    // line.
    assert.deepEqual((await page(log, desc(0, 0))).slice(0, 2), [3 * MIB - most, 3 * MIB + 1])
    assert.doesNotMatch((await page(log, desc(0, 0)))[2], /\uFFFD/)
  })

  it('reads a bounded part of a log of 10 GB', async () => {
    const head = 10_000 * MIB
    for (const [line, pageBytes] of [
      [`${'y'.repeat(63)}\n`, 1000 * 64],
      [`${'y'.repeat(599)}\n`, 600_000],
      ['y', PAGE_MAX_BYTES],
    ] as const) {
      const pattern = bytesOf(line.repeat(Math.ceil((4 * MIB) / line.length)))
      let readBytes = 0
      const reader: LogReader = {
        head: async () => head,
        async *read(_, from, to) {
          readBytes += to - from
          for (let at = from, length = 0; at < to; at += length) {
            length = Math.min(256 * KIB, to - at)
            yield pattern.subarray(at % line.length, (at % line.length) + length)
          }
        },
      }
      for (const query of [asc(6_000 * MIB, 0), desc(0, 6_000 * MIB), desc(0, 0), asc(head - MIB, 0)]) {
        readBytes = 0
        const answer = await readPage(reader, LOG, RUNNING, { ...ALL, ...query })
        assert.ok(answer.endOffset - answer.startOffset > pageBytes - 1000)
        assert.ok(readBytes < 1.5 * pageBytes + 100 * KIB, `${readBytes} bytes read for ${pageBytes}`)
      }
    }
  })
})

describe('the end of a log that may grow', () => {
  it('hides the unfinished last line of a running step until its line end', async () => {
    assert.deepEqual(await page('a\nbc', asc(0, 0), RUNNING), [0, 2, 'a\n', true])
    assert.deepEqual(await page('a\nbc', asc(2, 0), RUNNING), [2, 2, '', true])
    assert.deepEqual(await page('a\nbc', asc(3, 0), RUNNING), [3, 3, '', true])
    assert.deepEqual(await page('a\nbc', asc(5, 0), RUNNING), [4, 4, '', true])
    assert.deepEqual(await page('a\nbc', desc(0, 0), RUNNING), [0, 2, 'a\n', false])
    assert.deepEqual(await page('a\nbc', desc(0, 4), RUNNING), [0, 2, 'a\n', false])
    assert.deepEqual(await page('bc', asc(0, 0), RUNNING), [0, 0, '', true])
    assert.deepEqual(await page('a\nbc\n', asc(0, 0), RUNNING), [0, 5, 'a\nbc\n', true])
  })

  it('shows it when the step is finished or abandoned, or when it is not to be held back', async () => {
    assert.deepEqual(await page('a\nbc', asc(0, 0), SEALED), [0, 4, 'a\nbc', false])
    assert.deepEqual(await page('a\nbc', asc(0, 0), ABANDONED), [0, 4, 'a\nbc', true])
    assert.deepEqual(await page('a\nbc', { holdBack: false }, RUNNING), [0, 4, 'a\nbc', true])
  })

  it('shows it from 64 KiB on', async () => {
    const begun = `a\n${'x'.repeat(HELD_BACK_MAX_BYTES - 1)}`
    assert.deepEqual((await page(begun, {}, RUNNING)).slice(0, 2), [0, 2])
    assert.deepEqual((await page(`${begun}x`, {}, RUNNING)).slice(0, 2), [0, 2 + HELD_BACK_MAX_BYTES])
    const only = 'x'.repeat(HELD_BACK_MAX_BYTES - 1)
    assert.deepEqual((await page(only, {}, RUNNING)).slice(0, 2), [0, 0])
    assert.deepEqual((await page(`${only}x`, {}, RUNNING)).slice(0, 2), [0, HELD_BACK_MAX_BYTES])
  })

  it('never shows a part of a character that is still incomplete', async () => {
    const whole = bytesOf(`${'x'.repeat(HELD_BACK_MAX_BYTES)}🙂`)
    const partial = whole.subarray(0, HELD_BACK_MAX_BYTES + 3)
    assert.deepEqual((await page(partial, {}, RUNNING)).slice(0, 2), [0, HELD_BACK_MAX_BYTES])
    assert.deepEqual((await page(whole, {}, RUNNING)).slice(0, 2), [0, HELD_BACK_MAX_BYTES + 4])
    const short = bytesOf('a🙂').subarray(0, 4)
    assert.deepEqual(await page(short, { holdBack: false }, RUNNING), [0, 1, 'a', true])
    assert.deepEqual(await page(short, {}, ABANDONED), [0, 1, 'a', true])
    assert.deepEqual(await page(short, asc(1, 3), ABANDONED), [1, 1, '', true])
    assert.deepEqual(await page(short, {}, SEALED), [0, 4, 'a\uFFFD\uFFFD\uFFFD', false])
  })

  it('shows at once bytes that nothing can make a character', async () => {
    assert.deepEqual(await page(Uint8Array.of(0x61, 0xff), { holdBack: false }, RUNNING), [
      0,
      2,
      'a\uFFFD',
      true,
    ])
  })

  it('gives the same empty page wherever in a held back character it begins', async () => {
    assert.deepEqual(await page('a\n中', asc(4, 0), RUNNING), [2, 2, '', true])
  })
})

describe('the store reads of a page', () => {
  /** `[from, to)` of each read that a page of this log takes. */
  async function readsOf(log: Uint8Array, query: Partial<PageQuery>, step: StepGrowth) {
    const inner = arrayLogReader(() => log)
    const reads: (readonly [number, number])[] = []
    let heads = 0
    const reader: LogReader = {
      head: of => {
        heads++
        return inner.head(of)
      },
      read(of, from, to) {
        reads.push([from, to])
        return inner.read(of, from, to)
      },
    }
    await readPage(reader, LOG, step, { ...ALL, ...query })
    assert.equal(heads, 1)
    return reads
  }

  const lines = (count: number) => bytesOf('a line of the log, as long as most lines are\n'.repeat(count))
  const growing = joinBytes([lines(5000), bytesOf('not yet a whole li')])

  it('are one at the tail of a growing log, in either order', async () => {
    const tail = growing.length
    assert.equal((await readsOf(growing, desc(0, 0), RUNNING)).length, 1)
    assert.equal((await readsOf(growing, desc(0, 0, 10), RUNNING)).length, 1)
    assert.equal((await readsOf(growing, asc(tail - 300, 0, 10), RUNNING)).length, 1)
    assert.equal((await readsOf(growing, asc(tail - 18, 0), RUNNING)).length, 1)
  })

  it('never cover a byte twice', async () => {
    const longTail = joinBytes([lines(2000), bytesOf('x'.repeat(50 * KIB))])
    const short = bytesOf('\n'.repeat(300 * KIB))
    for (const log of [growing, longTail, short])
      for (const step of [RUNNING, ABANDONED, SEALED])
        for (const start of [0, log.length - 60 * KIB, log.length - 500, log.length - 2])
          for (const query of [
            asc(start, 0),
            asc(start, log.length - 1),
            desc(start, 0),
            desc(start, 0, 3),
          ]) {
            const reads = (await readsOf(log, query, step)).toSorted(([a], [b]) => a - b)
            for (const [n, [from]] of reads.entries()) assert.ok(n === 0 || from >= reads[n - 1]![1])
          }
  })
})
