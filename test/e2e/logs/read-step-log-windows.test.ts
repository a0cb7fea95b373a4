/** `GET /v1/log/task/step`: which lines a page has, and whether more follow (docs/api.md §2). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BuildAnswer } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { lines, pageOf } from './pages.ts'

const { caller } = await startFixture()

const result = (build: BuildAnswer, parameters: Readonly<Record<string, string | number>> = {}) =>
  pageOf(caller, build, parameters)

describe('size is a number of lines', async () => {
  const build = await caller.newLog(lines(2500))
  for (const [size, count] of [
    ['1', 1],
    ['2', 2],
    ['999', 999],
    ['1000', 1000],
    ['1001', 1000],
    ['5000', 1000],
    ['0', 1000],
    ['9007199254740991', 1000],
  ] as const)
    test(`size=${size} gives ${count}`, async () => {
      const page = await result(build, { size })
      assert.equal(page.log, lines(count))
      assert.deepEqual([page.start_offset, page.end_offset, page.has_more], [0, page.log.length, true])
    })
})

describe('windows', async () => {
  const log = lines(20)
  const build = await caller.newLog(log)
  const head = log.length

  test('are half-open and cut literally, inside lines too', async () => {
    for (const [from, to] of [
      [0, 1],
      [3, 11],
      [7, 14],
      [1, head - 1],
      [head - 1, head],
    ] as const) {
      const page = await result(build, { start_offset: from, end_offset: to })
      assert.deepEqual([page.log, page.start_offset, page.end_offset], [log.slice(from, to), from, to])
    }
  })

  test('have an open end where end_offset is 0 or not past start_offset', async () => {
    for (const end_offset of [0, 5, 10])
      assert.equal((await result(build, { start_offset: 10, end_offset })).log, log.slice(10))
  })

  test('may end past the head', async () => {
    assert.equal((await result(build, { start_offset: 10, end_offset: 9007199254740991 })).log, log.slice(10))
  })

  test('hold the first size lines, or with DESC the last, in reading order', async () => {
    const forward = await result(build, { start_offset: 3, end_offset: 60, size: 2 })
    assert.deepEqual([forward.log, forward.start_offset, forward.end_offset], [log.slice(3, 14), 3, 14])
    const backward = await result(build, { start_offset: 3, end_offset: 60, size: 2, sort: 'DESC' })
    // Offset 60 is inside "line 8\n" (56 to 63): its first four bytes are one line, and "line 7\n"
    // is the other.
    assert.deepEqual([backward.log, backward.start_offset, backward.end_offset], [log.slice(49, 60), 49, 60])
  })

  test('that hold nothing are answered with (start, start), past the head with the head', async () => {
    const at = async (start_offset: number, more = {}) => {
      const { log, ...page } = await result(build, { start_offset, ...more })
      assert.equal(log, '')
      return [page.start_offset, page.end_offset, page.has_more]
    }
    assert.deepEqual(await at(head), [head, head, false])
    assert.deepEqual(await at(head + 1), [head, head, false])
    assert.deepEqual(await at(9007199254740991), [head, head, false])
    assert.deepEqual(await at(9007199254740990, { end_offset: 9007199254740991 }), [head, head, false])
    assert.deepEqual(await at(head, { sort: 'DESC' }), [head, head, false])
  })

  test('an empty log is an empty page', async () => {
    const empty = await result(await caller.newLog(''))
    assert.deepEqual([empty.log, empty.start_offset, empty.end_offset, empty.has_more], ['', 0, 0, false])
  })
})

describe('has_more speaks of the log', async () => {
  const log = lines(20)
  const sealed = await caller.newLog(log)
  const live = await caller.newLog(log, { live: true })

  test('AES: while bytes are stored after the page, in any window', async () => {
    assert.equal((await result(sealed, { size: 5 })).has_more, true)
    assert.equal((await result(sealed, { end_offset: 14 })).has_more, true)
    assert.equal((await result(sealed)).has_more, false)
    assert.equal((await result(sealed, { start_offset: 100 })).has_more, false)
  })

  test('AES: while the step is not finished, at the head too', async () => {
    assert.equal((await result(live)).has_more, true)
    assert.equal((await result(live, { start_offset: log.length })).has_more, true)
  })

  test('AES: while the step has not begun', async () => {
    const page = await result(await caller.newBuild(1))
    assert.deepEqual([page.log, page.start_offset, page.end_offset, page.has_more], ['', 0, 0, true])
  })

  test('DESC: while the page begins past the requested start', async () => {
    for (const build of [sealed, live]) {
      assert.equal((await result(build, { sort: 'DESC', size: 5 })).has_more, true)
      assert.equal((await result(build, { sort: 'DESC' })).has_more, false)
      assert.equal((await result(build, { sort: 'DESC', start_offset: 7, size: 18 })).has_more, true)
      assert.equal((await result(build, { sort: 'DESC', start_offset: 7, size: 19 })).has_more, false)
    }
  })
})

describe('the unfinished last line of a running step', () => {
  test('is held back until its newline', async () => {
    const build = await caller.newLog('done\nhalf', { live: true })
    const first = await result(build)
    assert.deepEqual([first.log, first.end_offset, first.has_more], ['done\n', 5, true])
    await caller.append(build, 1, 9, ' a line\nnext')
    assert.equal((await result(build, { start_offset: 5 })).log, 'half a line\n')
  })

  test('is held back from the window and from DESC pages too', async () => {
    const build = await caller.newLog('done\nhalf', { live: true })
    assert.equal((await result(build, { end_offset: 7 })).log, 'done\n')
    const inside = await result(build, { start_offset: 6 })
    assert.equal(inside.log, '')
    assert.equal((await result(build, { sort: 'DESC' })).log, 'done\n')
  })

  test('comes with the seal', async () => {
    const build = await caller.newLog('done\nhalf', { live: true })
    await caller.finishStep(build, 1)
    const page = await result(build)
    assert.deepEqual([page.log, page.end_offset, page.has_more], ['done\nhalf', 9, false])
  })

  test('comes when 64 KiB of it are there', async () => {
    const build = await caller.newLog(`done\n${'x'.repeat(65_535)}`, { live: true })
    assert.equal((await result(build)).log, 'done\n')
    await caller.append(build, 1, 5 + 65_535, 'y')
    const page = await result(build)
    assert.equal(page.log.length, 5 + 65_536)
    assert.equal(page.end_offset, 5 + 65_536)
  })

  test('is not held back from downloads and raw reads', async () => {
    const build = await caller.newLog('done\nhalf', { live: true })
    assert.equal((await caller.get(`/v4/${build.record_id}/task-log?task_name=stage1`)).text, 'done\nhalf')
    assert.equal((await caller.get(`/api/v1/builds/${build.record_id}/steps/1/log`)).text, 'done\nhalf')
  })
})

test('a client that polls a growing step sees every byte once', async () => {
  const build = await caller.newBuild()
  const log = Array.from({ length: 60 }, (_, n) => `${n} ${'\u{1f680}'.repeat(n % 9)}`).join('\n')
  const bytes = Buffer.from(log)
  const writer = (async () => {
    for (let at = 0; at < bytes.length; at += 13)
      await caller.append(build, 1, at, bytes.subarray(at, at + 13))
    await caller.finishStep(build, 1)
  })()
  let seen = ''
  let from = 0
  for (let more = true; more; ) {
    const page = await result(build, { start_offset: from, size: 3 })
    assert.equal(page.start_offset, from)
    seen += page.log
    from = page.end_offset
    more = page.has_more
  }
  await writer
  assert.equal(seen, log)
})
