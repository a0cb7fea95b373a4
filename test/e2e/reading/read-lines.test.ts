/** Lines are read by number, from either end, with their places and times (docs/api.md §5). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  logPath,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { inNewProject, startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const linesPath = (build: BuildAnswer, query = '') => `${logPath(build, 1)}/lines${query}`

interface Line {
  readonly n: number
  readonly offset: number
  readonly time: string
  readonly text: string
  readonly truncated: boolean
}

async function lines(
  build: BuildAnswer,
  query = '',
): Promise<{ total: number; complete: boolean; lines: Line[] }> {
  const reply = await caller.get(linesPath(build, query))
  assert.equal(reply.status, 200, reply.text)
  return reply.json()
}

const brief = (all: readonly Line[]) => all.map(({ n, offset, text }) => [n, offset, text])

describe('lines of a log', () => {
  for (const live of [true, false])
    test(`${live ? 'live' : 'finished'}: by number, from the end, past the end`, async () => {
      const build = await caller.newLog('one\ntwo\r\n\nfour', { live })
      const all = await lines(build)
      assert.deepEqual([all.total, all.complete], [4, !live])
      assert.deepEqual(brief(all.lines), [
        [1, 0, 'one'],
        [2, 4, 'two\r'],
        [3, 9, ''],
        [4, 10, 'four'],
      ])
      assert.ok(all.lines.every(({ truncated }) => !truncated))
      assert.deepEqual(brief((await lines(build, '?from=2&count=1')).lines), [[2, 4, 'two\r']])
      assert.deepEqual(brief((await lines(build, '?from=-2')).lines), [
        [3, 9, ''],
        [4, 10, 'four'],
      ])
      assert.equal((await lines(build, '?from=-2&count=1')).lines[0]!.n, 3)
      assert.equal((await lines(build, '?from=-99')).lines.length, 4)
      assert.deepEqual(await lines(build, '?from=5'), { total: 4, complete: !live, lines: [] })
      assert.deepEqual((await lines(build, '?count=0')).lines, [])
    })

  test('an empty log has none, and a final line end begins no line', async () => {
    assert.deepEqual(await lines(await caller.newLog('')), { total: 0, complete: true, lines: [] })
    assert.deepEqual(await lines(await caller.newBuild()), { total: 0, complete: false, lines: [] })
    assert.equal((await lines(await caller.newLog('one\n'))).total, 1)
  })

  test('each has the time at which it arrived, while it is live and afterwards', async () => {
    const build = await caller.newBuild()
    const before = Date.now()
    await caller.append(build, 1, 0, 'one\ntw')
    await caller.append(build, 1, 6, 'o\nthree\n')
    const live = (await lines(build)).lines
    const times = live.map(({ time }) => Date.parse(time))
    assert.ok(times.every(time => time >= before && time <= Date.now()))
    assert.equal(times[0], times[1], 'a line came when it began')
    assert.ok(times[2]! >= times[1]!)
    assert.ok(live.every(({ time }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time)))
    await caller.finishStep(build, 1)
    assert.deepEqual((await lines(build)).lines, live)
  })

  for (const live of [true, false])
    test(`${live ? 'live' : 'finished'}: giant lines are cut between characters at 64 KiB, and lines after them are found`, async () => {
      const giant = '界'.repeat(700_000)
      const exact = 'x'.repeat(65_536)
      const build = await caller.newLog(`a\n${giant}\n${exact}\n${exact}y\nlast`, { live })
      const { total, lines: all } = await lines(build)
      assert.equal(total, 5)
      assert.deepEqual(
        all.map(({ text, truncated }) => [Buffer.byteLength(text), truncated]),
        [
          [1, false],
          [65_535, true],
          [65_536, false],
          [65_536, true],
          [4, false],
        ],
      )
      assert.deepEqual(brief(all.slice(4)), [[5, 2 + 2_100_001 + 65_537 + 65_538, 'last']])
      assert.equal(brief((await lines(build, '?from=-1')).lines)[0]![2], 'last')
    })

  test('thousands at once, at any place of a large log', async () => {
    const text = Array.from({ length: 60_000 }, (_, n) => `line number ${n + 1}\n`).join('')
    for (const live of [true, false]) {
      const build = await caller.newLog(text, { live })
      for (const from of [1, 30_000, 55_001]) {
        const { total, lines: all } = await lines(build, `?from=${from}&count=5000`)
        assert.equal(total, 60_000)
        assert.equal(all.length, 5000)
        for (const [i, line] of all.entries()) {
          assert.equal(line.n, from + i)
          assert.equal(line.text, `line number ${from + i}`)
          assert.equal(text.slice(line.offset, line.offset + line.text.length), line.text)
        }
      }
      assert.equal((await lines(build)).lines.length, 1000)
    }
  })

  test('invalid UTF-8 is replaced byte by byte', async () => {
    const build = await caller.newLog(Buffer.from([0x61, 0xff, 0xc3, 0x0a, 0xe7, 0x95]))
    assert.deepEqual(brief((await lines(build)).lines), [
      [1, 0, 'a\uFFFD\uFFFD'],
      [2, 4, '\uFFFD\uFFFD'],
    ])
  })
})

describe('refusals', () => {
  test('malformed numbers are rejected before the log is looked up', async () => {
    const nowhere = { ...(await caller.newBuild()), record_id: UNKNOWN_RECORD }
    for (const query of [
      'from=0',
      'from=-0',
      'from=1.5',
      'from=+1',
      'from=',
      'from=1&from=2',
      'count=5001',
      'count=-1',
    ])
      assertRefused(await caller.get(linesPath(nowhere, `?${query}`)), 400, 'CB.00060200', /from|count/)
    assertRefused(await caller.get(linesPath(nowhere)), 404, 'DEVCB.00031006')
  })

  test('other projects and holders of another build\u2019s upload token see nothing', async () => {
    const [build, other] = [await caller.newLog('secret\n'), await caller.newBuild()]
    assert.equal((await uploader(server, build).get(linesPath(build))).status, 200)
    assertRefused(await uploader(server, other).get(linesPath(build)), 403, 'APIGW.0302')
    const stranger = await inNewProject(caller)
    const there = await stranger.get(linesPath(build))
    assertRefused(there, 404, 'DEVCB.00031006')
    assertSameRefusal(there, await stranger.get(linesPath({ ...build, record_id: UNKNOWN_RECORD })))
  })
})
