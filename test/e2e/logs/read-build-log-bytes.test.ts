/**
 * `GET /v3/jobs/{job_id}/{build_no}/real-time-log`: the next bytes of a build's own log,
 * docs/api.md §1 and §2.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeNumbers, NO_JOB_IDS, type Query, urlOf } from '../../props/parameters.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  send,
  UNKNOWN_JOB,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const bytesOf = ({ job_id, build_no }: BuildAnswer): Query => ({
  path: `/v3/jobs/${job_id}/${build_no}/real-time-log`,
  parameters: { offset: 0 },
})

async function read(build: BuildAnswer, parameters: Query['parameters'] = {}) {
  const reply = await caller.get(urlOf(bytesOf(build), parameters))
  assert.equal(reply.status, 200, reply.text)
  const { result } = reply.json()
  return [result.content, result.current_offset, result.offset, result.has_more_data]
}

async function finished(log: string | Uint8Array): Promise<BuildAnswer> {
  const build = await caller.newLog(log)
  assert.equal((await caller.finishBuild(build)).status, 200)
  return build
}

describe('the answer', async () => {
  const build = await caller.newBuild(2)
  await caller.append(build, 1, 0, 'one')
  await caller.append(build, 2, 0, 'two\nhal')

  test('has exactly these members, real booleans and integers', async () => {
    const reply = await caller.get(urlOf(bytesOf(build)))
    assert.match(String(reply.headers['content-type']), /^application\/json; ?charset=utf-8$/i)
    assert.deepEqual(reply.json(), {
      result: { has_more_data: true, offset: 3, content: 'one', current_offset: 0 },
    })
  })

  test('shows the unfinished line, and continues where the last answer ended', async () => {
    assert.deepEqual(await read(build), ['one', 0, 3, true])
    await caller.finishStep(build, 1)
    assert.deepEqual(await read(build, { offset: 3 }), ['\ntwo\nhal', 3, 11, true])
    await caller.append(build, 2, 7, 'f')
    assert.deepEqual(await read(build, { offset: 11 }), ['f', 11, 12, true])
    await caller.finishStep(build, 2)
    assert.deepEqual(await read(build, { offset: 12 }), ['\n', 12, 13, true])
    assert.deepEqual(await read(build, { offset: 13 }), ['', 13, 13, true])
    await caller.finishBuild(build)
    assert.deepEqual(await read(build, { offset: 13 }), ['', 13, 13, false])
  })

  test('past the head begins at the head', async () => {
    for (const offset of [14, 9007199254740991])
      assert.deepEqual(await read(build, { offset }), ['', 13, 13, false])
  })

  test('is empty for a build that has not begun', async () => {
    assert.deepEqual(await read(await caller.newBuild(2)), ['', 0, 0, true])
  })
})

describe('length', async () => {
  const MIB = 1024 * 1024
  const log = `${'x'.repeat(99)}\n`.repeat(22_000)
  const build = await finished(log)

  test('is bytes, not lines', async () => {
    assert.deepEqual(await read(build, { offset: 98, length: 4 }), ['x\nxx', 98, 102, true])
    assert.deepEqual(await read(build, { length: 1 }), ['x', 0, 1, true])
  })

  test('is 1000000 when it is left out or 0, and 1 MiB at most', async () => {
    for (const [parameters, expected] of [
      [{}, 1_000_000],
      [{ length: 0 }, 1_000_000],
      [{ length: MIB }, MIB],
      [{ length: MIB + 1 }, MIB],
      [{ length: '9007199254740991' }, MIB],
    ] as const) {
      const [content, , offset] = await read(build, parameters)
      assert.deepEqual([content.length, offset], [expected, expected])
    }
  })

  test('of all answers joins to the whole', async () => {
    let [joined, from] = ['', 0]
    for (let more = true; more; ) {
      const [content, current, next, hasMore] = await read(build, { offset: from, length: 777_777 })
      assert.equal(current, from)
      joined += content
      from = next
      more = hasMore
    }
    assert.ok(joined === log)
  })
})

describe('characters', async () => {
  const text = 'a\u00e9\u6784\u{1f680}b\n'
  const bytes = Buffer.from(text)
  const build = await finished(text)

  test('are never cut, at either end', async () => {
    const starts = [0, 1, 3, 6, 10, 11, 12]
    const snap = (at: number) => starts.findLast(start => start <= at)!
    for (let offset = 0; offset < bytes.length; offset++)
      for (let length = 1; offset + length <= bytes.length; length++) {
        const from = snap(offset)
        const to = Math.max(snap(offset + length), starts.find(start => start > from)!)
        const content = bytes.subarray(from, to).toString()
        assert.deepEqual(await read(build, { offset, length }), [content, from, to, to < bytes.length])
      }
  })

  test('that are not whole yet come when they are', async () => {
    const rocket = Buffer.from('\u{1f680}')
    const live = await caller.newLog(Buffer.concat([Buffer.from('x'), rocket.subarray(0, 3)]), { live: true })
    assert.deepEqual(await read(live), ['x', 0, 1, true])
    await caller.append(live, 1, 4, rocket.subarray(3))
    assert.deepEqual(await read(live, { offset: 1 }), ['\u{1f680}', 1, 5, true])
  })

  test('of a long text join at any length', async () => {
    const long = '\u6784\u{1f680}\u00e9'.repeat(300)
    const one = await finished(long)
    for (const length of [1, 2, 3, 5, 1000]) {
      let [joined, from] = ['', 0]
      for (let more = true; more; ) {
        const [content, current, next, hasMore] = await read(one, { offset: from, length })
        assert.equal(current, from)
        joined += content
        from = next
        more = hasMore
      }
      assert.equal(joined, `${long}\n`)
    }
  })
})

describe('parameters', async () => {
  const build = await caller.newLog('one\n')
  describeNumbers(caller, bytesOf(build), { mandatory: ['offset'] })
  describeNumbers(
    caller,
    { ...bytesOf(build), parameters: { offset: 0, length: 9 } },
    { optional: ['length'] },
  )

  test('unknown ones and a Content-Type are ignored', async () => {
    const reply = await caller.get(`${urlOf(bytesOf(build))}&x=1&x=2`, { 'Content-Type': 'application/json' })
    assert.equal(reply.json().result.content, 'one\n')
  })

  test('of the path: job_id and build_no out of their form are 400', async () => {
    for (const build_no of [0, 2 ** 31])
      assertRefused(await caller.get(urlOf(bytesOf({ ...build, build_no }))), 400, 'CB.00060200', /build_no/)
    for (const job_id of NO_JOB_IDS)
      assertRefused(await caller.get(urlOf(bytesOf({ ...build, job_id }))), 400, 'CB.00060201', /job_id/)
    const word = bytesOf(build).path.replace(`/${build.build_no}/`, '/one/')
    assertRefused(await caller.get(`${word}?offset=0`), 400, 'CB.00060200', /build_no/)
  })

  test('checks authentication, authorization, form and existence in this order', async () => {
    const unknown = bytesOf({ ...build, job_id: UNKNOWN_JOB })
    assertRefused(await send(server.url, 'GET', urlOf(unknown, { offset: 'x' })), 401, 'APIGW.0301')
    const other = uploader(server, await caller.newBuild())
    assertRefused(await other.get(urlOf(bytesOf(build))), 403, 'APIGW.0302')
    assertRefused(await caller.get(urlOf(unknown, { offset: 'x' })), 400, 'CB.00060200')
    const replies = [
      await caller.get(urlOf(unknown)),
      await caller.get(urlOf(bytesOf({ ...build, build_no: 77 }))),
    ]
    assertRefused(replies[0]!, 404, 'DEVCB.00031006')
    assertSameRefusal(replies[0]!, replies[1]!)
  })
})
