/**
 * `GET /v1/log/task/step`: CodeArts Build's page "Obtaining Build Action Run Logs", then
 * docs/api.md §1 and §2.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startServer } from '../../props/server-process.ts'
import {
  admin,
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  pagePath,
  send,
  UNKNOWN_JOB,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

/** The example text of CodeArts Build's own page. */
const EXAMPLE =
  '[2025/06/26 14:23:32.169 GMT+08:00] [INFO] [Code checkout:external_pre_checkout] : This action starts.\n[2025/06/26 14:23:32.172 GMT+08:00]...'

async function result(build: BuildAnswer, parameters: Readonly<Record<string, string | number>> = {}) {
  const reply = await caller.page(build, parameters)
  assert.equal(reply.status, 200, reply.text)
  return reply.json().result
}

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `line ${from + n}\n`).join('')

describe("the example of CodeArts Build's own page", () => {
  test('is answered with its exact members, types and values', async () => {
    const build = await caller.newBuild(1, { source: 'jenkins' })
    await caller.append(build, 1, 0, EXAMPLE)
    await caller.finishStep(build, 1)
    const reply = await caller.page(build)
    assert.equal(reply.status, 200)
    assert.match(String(reply.headers['content-type']), /^application\/json; ?charset=utf-8$/i)
    assert.deepEqual(reply.json(), {
      result: {
        start_offset: 0,
        end_offset: Buffer.byteLength(EXAMPLE),
        log: EXAMPLE,
        has_more: false,
        location: 'jenkins',
      },
      error: null,
      status: 'success',
    })
    assert.ok(String(reply.headers['x-request-id']).length > 0)
  })

  test('has a location of text also for a build that names no source', async () => {
    assert.equal(typeof (await result(await caller.newLog(EXAMPLE))).location, 'string')
  })

  test('has offsets as strings of digits if the settings say so', async () => {
    await using strings = await startServer({ env: { TAILRACE_OFFSET_FORMAT: 'string' } })
    const build = await (await admin(strings)).newLog(EXAMPLE)
    const { result: page } = (await (await admin(strings)).page(build)).json()
    assert.deepEqual([page.start_offset, page.end_offset], ['0', String(Buffer.byteLength(EXAMPLE))])
  })
})

describe('parameters', async () => {
  const build = await caller.newLog(lines(3))
  const without = (name: string) => pagePath(build).replace(new RegExp(`([?&])${name}=[^&]*&?`), '$1')
  const mandatory = ['job_id', 'build_no', 'step_id', 'start_offset', 'end_offset', 'size']
  const numbers = mandatory.slice(1)

  test('all mandatory ones are enough, and sort may be added', async () => {
    assert.equal((await result(build)).log, lines(3))
    assert.equal((await result(build, { sort: 'AES' })).log, lines(3))
  })

  for (const name of mandatory)
    test(`${name}: missing, empty or repeated is 400 and names it`, async () => {
      assertRefused(await caller.get(without(name)), 400, 'CB.00060200', new RegExp(name))
      assertRefused(await caller.get(`${pagePath(build)}&${name}=1`), 400, 'CB.00060200', new RegExp(name))
      assertRefused(
        await caller.page(build, { [name]: '' }),
        400,
        name === 'job_id' ? 'CB.00060201' : 'CB.00060200',
        new RegExp(name),
      )
    })

  test('sort repeated is 400', async () => {
    assertRefused(await caller.get(`${pagePath(build)}&sort=AES&sort=AES`), 400, 'CB.00060200', /sort/)
  })

  const malformed = [
    '-1',
    '%2B1',
    '1.0',
    '1.5',
    '1e3',
    '0x10',
    '%201',
    '1%20',
    '+1',
    '1,000',
    'one',
    '1_0',
    '%D9%A1',
    '10000000000000000',
    '00000000000000001',
    '9007199254740992',
    'NaN',
    'Infinity',
    'null',
    '1%00',
    '[1]',
  ]
  for (const name of numbers)
    for (const value of malformed)
      test(`${name}=${value} is 400`, async () => {
        assertRefused(await caller.page(build, { [name]: value }), 400, 'CB.00060200', new RegExp(name))
      })

  for (const [name, value] of [
    ['build_no', 0],
    ['build_no', 2 ** 31],
    ['build_no', Number.MAX_SAFE_INTEGER],
    // "step_id >= 1": read as part of the form, as for build_no, so 400 and not 404.
    ['step_id', 0],
  ] as const)
    test(`${name}=${value} is out of range: 400`, async () => {
      assertRefused(await caller.page(build, { [name]: value }), 400, 'CB.00060200', new RegExp(name))
    })

  for (const name of ['start_offset', 'end_offset', 'size'])
    test(`${name} accepts every number up to 2^53-1, leading zeros too`, async () => {
      for (const value of ['0', '0000000000000000', '9007199254740991', '0000000000000007'])
        assert.equal((await caller.page(build, { [name]: value })).status, 200, value)
    })

  for (const value of [
    'a'.repeat(31),
    'a'.repeat(33),
    'A'.repeat(32),
    `${'a'.repeat(31)}-`,
    `${'a'.repeat(31)}%C3%A9`,
    `${'a'.repeat(32)}%0A`,
    '*',
  ])
    test(`job_id=${value} is 400 with its own code`, async () => {
      assertRefused(await caller.page(build, { job_id: value }), 400, 'CB.00060201', /job_id/)
    })

  for (const sort of ['AES', 'aes', 'ASC', 'asc', 'Asc', 'DESC', 'desc', 'dEsC', ''])
    test(`sort=${sort} is known`, async () => assert.equal((await result(build, { sort })).log, lines(3)))
  for (const sort of ['up', 'AESC', 'DES', '1', 'AES%20', 'null', 'DESC%00'])
    test(`sort=${sort} is 400`, async () => {
      assertRefused(await caller.page(build, { sort }), 400, 'CB.00060200', /sort/)
    })

  test('unknown parameters and a Content-Type are ignored', async () => {
    const reply = await caller.get(`${pagePath(build)}&compress=false&x=1&x=2&__proto__=1`, {
      'Content-Type': 'application/json',
    })
    assert.equal(reply.status, 200, reply.text)
    assert.equal((await caller.get(pagePath(build), { 'Content-Type': 'no such type' })).status, 200)
  })

  test('values may be percent-encoded', async () => {
    assert.equal((await result(build, { build_no: '%31', sort: '%41ES' })).log, lines(3))
  })

  test('percent signs without digits are not a server error', async () => {
    assertRefused(await caller.page(build, { sort: '%' }), 400, 'CB.00060200')
    assertRefused(await caller.page(build, { sort: '%E0%A4%A' }), 400, 'CB.00060200')
  })
})

describe('what is not there', async () => {
  const build = await caller.newLog(lines(3))

  for (const [what, parameters] of [
    ['job', { job_id: UNKNOWN_JOB }],
    ['build', { build_no: 2 ** 31 - 1 }],
    ['step', { step_id: 2 }],
    // Any number up to 2^53-1 is well formed (docs/api.md §1), so this is an unknown step.
    ['step with a large number', { step_id: 9007199254740991 }],
  ] as const)
    test(`an unknown ${what} is 404`, async () => {
      assertRefused(await caller.page(build, parameters), 404, 'DEVCB.00031006')
    })

  test('all unknown objects get the same answer', async () => {
    const [job, number, step] = await Promise.all([
      caller.page(build, { job_id: UNKNOWN_JOB }),
      caller.page(build, { build_no: 77 }),
      caller.page(build, { step_id: 77 }),
    ])
    assertSameRefusal(job, number)
    assertSameRefusal(number, step)
  })
})

describe('order of refusal', async () => {
  const build = await caller.newLog(lines(3))

  test('authentication comes before everything else', async () => {
    for (const path of [
      pagePath(build),
      pagePath(build, { size: 'x' }),
      pagePath(build, { job_id: UNKNOWN_JOB }),
    ])
      assertRefused(await send(server.url, 'GET', path), 401, 'APIGW.0301')
  })

  test('the form comes before what is there', async () => {
    assertRefused(await caller.page(build, { job_id: UNKNOWN_JOB, size: 'x' }), 400, 'CB.00060200', /size/)
  })
})

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
    // Offset 60 is inside "line 8\n" (56 to 63): its first four bytes are one line, "line 7\n" the
    // other.
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
    for (const sort of ['AES', 'DESC']) {
      let joined = ''
      let from = 0
      let to = 0
      for (let more = true; more; ) {
        const page = await result(build, { start_offset: from, end_offset: to, sort })
        assert.ok(Buffer.byteLength(page.log) <= MIB && page.log !== '')
        joined = sort === 'AES' ? joined + page.log : page.log + joined
        if (sort === 'AES') from = page.end_offset
        else to = page.start_offset
        more = page.has_more
      }
      assert.ok(joined === log, sort)
    }
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
