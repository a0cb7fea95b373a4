/** `GET /v1/log/task/step`: how bytes become the text of a page (docs/api.md §2). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BuildAnswer } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { joinPages, pageOf } from './pages.ts'

const { caller } = await startFixture()

const result = (build: BuildAnswer, parameters: Readonly<Record<string, string | number>> = {}) =>
  pageOf(caller, build, parameters)

describe('characters', async () => {
  const text = 'a\u00e9\u6784\u{1f680}b\n'
  const build = await caller.newLog(text)
  const bytes = Buffer.from(text)
  const starts = [0, 1, 3, 6, 10, 11]
  const snap = (at: number) => starts.findLast(start => start <= at)!

  test('are never cut: an end inside one moves back to its first byte', async () => {
    for (let from = 0; from < bytes.length; from++)
      for (let to = from + 1; to <= bytes.length; to++) {
        const begin = snap(from)
        const end = to === bytes.length ? to : snap(to)
        if (end <= begin) continue
        const page = await result(build, { start_offset: from, end_offset: to })
        assert.deepEqual(
          [page.log, page.start_offset, page.end_offset],
          [bytes.subarray(begin, end).toString(), begin, end],
          `[${from}, ${to})`,
        )
      }
  })

  test('a window left empty by that widens to one character', async () => {
    for (const [from, to, begin, end] of [
      [1, 2, 1, 3],
      [4, 5, 3, 6],
      [6, 9, 6, 10],
      [7, 8, 6, 10],
    ] as const) {
      const page = await result(build, { start_offset: from, end_offset: to })
      assert.deepEqual(
        [page.log, page.start_offset, page.end_offset],
        [bytes.subarray(begin, end).toString(), begin, end],
      )
    }
  })

  test('invalid UTF-8 counts byte by byte and appears as U+FFFD', async () => {
    const log = await caller.newLog(Buffer.from([0x61, 0xff, 0xc3, 0xe6, 0x9e, 0x62, 0x0a]))
    const page = await result(log)
    assert.deepEqual([page.log, page.end_offset], ['a\ufffd\ufffd\ufffd\ufffdb\n', 7])
    assert.deepEqual([(await result(log, { start_offset: 4, end_offset: 5 })).log], ['\ufffd'])
    assert.deepEqual([(await result(log, { start_offset: 3, end_offset: 4 })).log], ['\ufffd'])
  })

  test('no byte order mark is eaten', async () => {
    assert.equal((await result(await caller.newLog('\ufeffa\n\ufeffb\n'))).log, '\ufeffa\n\ufeffb\n')
  })

  test('control characters and NUL come as they are', async () => {
    const all = Array.from({ length: 128 }, (_, n) => String.fromCharCode(n)).join('')
    assert.equal((await result(await caller.newLog(all))).log, all)
  })

  test('a lone carriage return ends no line', async () => {
    assert.equal((await result(await caller.newLog('1\r2\r3\r\n4\n'), { size: 1 })).log, '1\r2\r3\r\n')
  })
})

describe('long lines', () => {
  const MIB = 1024 * 1024

  test('a page has at most 1 MiB of text', async () => {
    const log = `${'x'.repeat(2000)}\n`.repeat(900)
    const page = await result(await caller.newLog(log))
    assert.ok(page.log.length <= MIB && page.log.length > MIB / 2, String(page.log.length))
    assert.equal(page.log, log.slice(0, page.end_offset))
    assert.equal(page.has_more, true)
  })

  test('a line longer than a page comes in chunks, cut between characters, forward and backward', async () => {
    const log = `x${'\u6784\u{1f680}'.repeat(200_000)}\nafter\n`
    const build = await caller.newLog(log)
    for (const sort of ['AES', 'DESC'] as const) {
      const joined = await joinPages(sort, async window => {
        const page = await result(build, { ...window, sort })
        assert.ok(Buffer.byteLength(page.log) <= MIB && page.log !== '')
        return page
      })
      assert.ok(joined === log, sort)
    }
  })
})
