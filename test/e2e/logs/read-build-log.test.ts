/**
 * `GET /v1/log/stage/page` and `GET /v1/log/{job_id}/{build_no}/real-time-log`: pages of a build's
 * own log, docs/api.md §1 and §2.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeNumbers, NO_JOB_IDS, type Query, urlOf } from '../../props/parameters.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  Caller,
  eventually,
  send,
  signIn,
  UNKNOWN_JOB,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { joinPages } from './pages.ts'

const { server, caller } = await startFixture()

const stagePage = ({ job_id, build_no }: BuildAnswer): Query => ({
  path: '/v1/log/stage/page',
  parameters: { job_id, build_no, start_offset: 0, end_offset: 0 },
})
const realTimeLog = ({ job_id, build_no }: BuildAnswer): Query => ({
  path: `/v1/log/${job_id}/${build_no}/real-time-log`,
  parameters: { start_offset: 0, end_offset: 0, size: 1000 },
})
const ROUTES = { 'stage/page': stagePage, 'real-time-log': realTimeLog }

type Steps = readonly { readonly log: string | Uint8Array; readonly sealed?: boolean }[]

/** A build of these steps; those without a log wait. With all sealed, the build is finished too. */
async function buildOf(steps: Steps): Promise<BuildAnswer> {
  const build = await caller.newBuild(steps.length, { source: 'jenkins' })
  for (const [n, { log, sealed = true }] of steps.entries()) {
    if (log.length > 0) assert.equal((await caller.append(build, n + 1, 0, log)).status, 204)
    if (sealed) assert.equal((await caller.finishStep(build, n + 1)).status, 200)
  }
  if (steps.every(({ sealed = true }) => sealed)) assert.equal((await caller.finishBuild(build)).status, 200)
  return build
}

async function result(query: Query, changes: Query['parameters'] = {}, by: Caller = caller) {
  const reply = await by.get(urlOf(query, changes))
  assert.equal(reply.status, 200, reply.text)
  return reply.json().result
}

const lines = (count: number, of = 'line') => Array.from({ length: count }, (_, n) => `${of} ${n}\n`).join('')

for (const [name, queryOf] of Object.entries(ROUTES))
  describe(name, async () => {
    const log = 'one 1\none 2'
    const build = await buildOf([{ log }, { log: '' }, { log: 'two 1\n' }, { log: 'three' }])
    const query = queryOf(build)
    const whole = 'one 1\none 2\ntwo 1\nthree\n'

    test('answers exactly these members and types: offsets are strings', async () => {
      const reply = await caller.get(urlOf(query))
      assert.match(String(reply.headers['content-type']), /^application\/json; ?charset=utf-8$/i)
      assert.deepEqual(reply.json(), {
        result: {
          start_offset: '0',
          end_offset: String(whole.length),
          log: whole,
          has_more: false,
          location: 'jenkins',
        },
        error: null,
        status: 'success',
      })
    })

    test('windows are of the build: half-open, cut literally, across steps, the given newlines counted', async () => {
      for (let from = 0; from < whole.length; from += 3)
        for (let to = from + 1; to <= whole.length; to += 2) {
          const page = await result(query, { start_offset: from, end_offset: to })
          assert.deepEqual(
            [page.log, page.start_offset, page.end_offset],
            [whole.slice(from, to), `${from}`, `${to}`],
          )
        }
    })

    test('an empty window is (start, start), past the head the head', async () => {
      for (const start_offset of [whole.length, whole.length + 1, 9007199254740991]) {
        const page = await result(query, { start_offset })
        assert.deepEqual(
          [page.log, page.start_offset, page.end_offset, page.has_more],
          ['', `${whole.length}`, `${whole.length}`, false],
        )
      }
    })

    describeNumbers(caller, query, { optional: ['start_offset', 'end_offset'] })

    for (const sort of ['up', 'AESC', '1', 'DESC%00'])
      test(`sort=${sort} is 400`, async () => {
        assertRefused(await caller.get(urlOf(query, { sort })), 400, 'CB.00060200', /sort/)
      })

    test('unknown parameters and a Content-Type are ignored', async () => {
      const reply = await caller.get(`${urlOf(query)}&compress=x&x=1&x=2`, {
        'Content-Type': 'application/json',
      })
      assert.equal(reply.json().result.log, whole)
    })

    test('sort=DESC gives the last lines, in reading order', async () => {
      const far = await buildOf([{ log: lines(700, 'a') }, { log: lines(700, 'b') }])
      const page = await result(queryOf(far), { sort: 'desc' })
      const all = lines(700, 'a') + lines(700, 'b')
      assert.equal(page.log, `${all.split('\n').slice(400, 1400).join('\n')}\n`)
      assert.equal(page.end_offset, String(all.length))
      assert.equal(page.has_more, true)
      const before = await result(queryOf(far), { sort: 'DESC', end_offset: page.start_offset })
      assert.deepEqual([before.log + page.log, before.start_offset, before.has_more], [all, '0', false])
    })

    test('everything unknown gets the same 404', async () => {
      const replies = [
        await caller.get(urlOf(queryOf({ ...build, job_id: UNKNOWN_JOB }))),
        await caller.get(urlOf(queryOf({ ...build, build_no: 2 ** 31 - 1 }))),
      ]
      for (const reply of replies) {
        assertRefused(reply, 404, 'DEVCB.00031006')
        assertSameRefusal(reply, replies[0]!)
      }
    })

    test('build_no and job_id out of their form are 400', async () => {
      for (const build_no of [0, 2 ** 31])
        assertRefused(
          await caller.get(urlOf(queryOf({ ...build, build_no }))),
          400,
          'CB.00060200',
          /build_no/,
        )
      for (const job_id of NO_JOB_IDS)
        assertRefused(await caller.get(urlOf(queryOf({ ...build, job_id }))), 400, 'CB.00060201', /job_id/)
    })

    test('checks authentication, form and existence in this order', async () => {
      const unknown = queryOf({ ...build, job_id: UNKNOWN_JOB })
      assertRefused(await send(server.url, 'GET', urlOf(unknown, { start_offset: 'x' })), 401, 'APIGW.0301')
      assertRefused(await caller.get(urlOf(unknown, { start_offset: 'x' })), 400, 'CB.00060200')
    })

    test('an upload token reads its own build and no other', async () => {
      const other = await caller.newBuild()
      assert.equal((await result(query, {}, uploader(server, build))).log, whole)
      assertRefused(await uploader(server, other).get(urlOf(query)), 403, 'APIGW.0302')
      assertRefused(
        await uploader(server, other).get(urlOf(queryOf({ ...build, job_id: UNKNOWN_JOB }))),
        403,
        'APIGW.0302',
      )
    })

    test('a runner reads the builds it made and no others', async () => {
      const user = { name: `runner of ${name}`, password: 'good-password-1' }
      assert.equal((await caller.post('/api/v1/users', { ...user, roles: ['runner'] })).status, 201)
      const runner = new Caller(server, { 'X-Auth-Token': await signIn(server.url, user) })
      const own = await runner.newBuild(1, { job_name: `own ${name}` })
      assert.equal((await result(queryOf(own), {}, runner)).log, '')
      assertRefused(await runner.get(urlOf(query)), 403, 'APIGW.0302')
    })
  })

test('stage/page reads job_id and build_no from the query, each once', async () => {
  const build = await buildOf([{ log: 'a\n' }])
  for (const name of ['job_id', 'build_no']) {
    assertRefused(await caller.get(urlOf(stagePage(build), {}, name)), 400, 'CB.00060200', new RegExp(name))
    const twice = `${urlOf(stagePage(build))}&${name}=1`
    assertRefused(await caller.get(twice), 400, 'CB.00060200', new RegExp(name))
  }
})

describe('real-time-log', async () => {
  const build = await buildOf([{ log: lines(1500) }])
  describeNumbers(caller, realTimeLog(build), { mandatory: ['size'] })

  test('size is a number of lines', async () => {
    for (const [size, count] of [
      [1, 1],
      [999, 999],
      [0, 1000],
      [1001, 1000],
      ['9007199254740991', 1000],
    ] as const)
      assert.equal((await result(realTimeLog(build), { size })).log, lines(count))
  })

  test('job_id and build_no in the query are ignored', async () => {
    assert.equal(
      (await result(realTimeLog(build), { job_id: UNKNOWN_JOB, build_no: 'x', size: 1 })).log,
      lines(1),
    )
  })
})

test('stage/page ignores size: a page has 1000 lines', async () => {
  const build = await buildOf([{ log: lines(1500) }])
  for (const size of [1, 'x']) assert.equal((await result(stagePage(build), { size })).log, lines(1000))
})

describe('a build while it runs', () => {
  const pageOf = async (build: BuildAnswer, more: Query['parameters'] = {}) => {
    const page = await result(realTimeLog(build), more)
    assert.deepEqual(await result(stagePage(build), more), page)
    return [page.log, page.end_offset, page.has_more]
  }

  test('ends at the head of its lowest unfinished step; later steps follow when that one is finished', async () => {
    const build = await caller.newBuild(3)
    assert.deepEqual(await pageOf(build), ['', '0', true])
    await caller.append(build, 3, 0, 'three\n')
    await caller.finishStep(build, 3)
    assert.deepEqual(await pageOf(build), ['', '0', true])
    await caller.append(build, 2, 0, 'two\n')
    await caller.append(build, 1, 0, 'one\n')
    assert.deepEqual(await pageOf(build), ['one\n', '4', true])
    await caller.finishStep(build, 1)
    assert.deepEqual(await pageOf(build), ['one\ntwo\n', '8', true])
    await caller.finishStep(build, 2)
    // Whether more steps come is known when the build has its result.
    assert.deepEqual(await pageOf(build), ['one\ntwo\nthree\n', '14', true])
    await caller.finishBuild(build)
    assert.deepEqual(await pageOf(build), ['one\ntwo\nthree\n', '14', false])
  })

  test('continues after a step that was skipped', async () => {
    const build = await caller.newBuild(3)
    await caller.append(build, 1, 0, 'one')
    await caller.finishStep(build, 1)
    await caller.append(build, 3, 0, 'three\nhalf')
    assert.deepEqual(await pageOf(build), ['one\n', '4', true])
    await caller.finishBuild(build)
    assert.deepEqual(await pageOf(build), ['one\nthree\n', '10', true])
    await caller.finishStep(build, 3)
    assert.deepEqual(await pageOf(build), ['one\nthree\nhalf\n', '15', false])
  })

  test('holds back the unfinished last line until its newline, the seal, or 64 KiB of it', async () => {
    const build = await buildOf([{ log: 'one' }, { log: 'two\nhal', sealed: false }])
    assert.deepEqual(await pageOf(build), ['one\ntwo\n', '8', true])
    assert.deepEqual(await pageOf(build, { sort: 'DESC' }), ['one\ntwo\n', '8', false])
    await caller.append(build, 2, 7, 'f\nx')
    assert.deepEqual(await pageOf(build, { start_offset: 8 }), ['half\n', '13', true])
    await caller.append(build, 2, 10, 'x'.repeat(65_535))
    assert.deepEqual(await pageOf(build, { start_offset: 13 }), [
      'x'.repeat(65_536),
      String(13 + 65_536),
      true,
    ])
    await caller.finishStep(build, 2)
    assert.deepEqual(await pageOf(build, { start_offset: 13 + 65_536 }), ['\n', String(14 + 65_536), true])
  })

  test('gives no newline to the end of an empty step, and one to each that ends without', async () => {
    const build = await buildOf([{ log: '' }, { log: 'a' }, { log: 'b\n' }, { log: '\n' }, { log: 'c\r' }])
    assert.deepEqual(await pageOf(build), ['a\nb\n\nc\r\n', '8', false])
  })

  test('makes no character of bytes at both sides of the border of steps', async () => {
    const rocket = Buffer.from('\u{1f680}')
    const build = await buildOf([
      { log: Buffer.concat([Buffer.from('\u6784'), rocket.subarray(0, 2)]) },
      { log: Buffer.concat([rocket.subarray(2), Buffer.from('\u{1f680}')]) },
    ])
    assert.deepEqual(await pageOf(build), ['\u6784\ufffd\ufffd\n\ufffd\ufffd\u{1f680}\n', '13', false])
    const [log] = await pageOf(build, { start_offset: 7, end_offset: 10 })
    assert.equal(log, '\ufffd')
  })

  test('is polled to its whole, each byte once, while its steps run together', async () => {
    const build = await caller.newBuild(3)
    const logs = [1, 2, 3].map(step => Buffer.from(`${lines(40, `step ${step} \u{1f680}`)}end`))
    const write = async (log: Buffer, step: number) => {
      for (let at = 0; at < log.length; at += 97)
        assert.equal((await caller.append(build, step, at, log.subarray(at, at + 97))).status, 204)
      await caller.finishStep(build, step)
    }
    const writing = Promise.all(logs.map((log, n) => write(log, n + 1))).then(() => caller.finishBuild(build))
    let [seen, from] = ['', '0']
    for (let more = true; more; ) {
      const page = await result(realTimeLog(build), { start_offset: from, size: 7 })
      assert.equal(page.start_offset, from)
      seen += page.log
      from = page.end_offset
      more = page.has_more
    }
    await writing
    const whole = logs.map(log => `${log}\n`).join('')
    assert.equal(seen, whole)
    assert.equal((await caller.get(`/v4/${build.record_id}/download-log?log_level=DEBUG`)).text, whole)
  })
})

test('pages join forward and backward to the download, also at the borders of steps', async () => {
  const texts = [
    'a\u00e9\u6784\u{1f680}',
    'x\r\ny\rz',
    `${'w\u6784'.repeat(300_000)}`,
    '\n\n',
    lines(2100),
    'last',
  ]
  const build = await buildOf(texts.map(log => ({ log })))
  const whole = (await caller.get(`/v3/${build.record_id}/download-log`)).text
  assert.equal(whole, texts.map(text => (text.endsWith('\n') ? text : `${text}\n`)).join(''))
  for (const sort of ['AES', 'DESC'] as const) {
    const joined = await joinPages(sort, window => result(stagePage(build), { ...window, sort }))
    assert.ok(joined === whole, sort)
  }
})

test('an abandoned step lets later ones follow, on a line of their own', async () => {
  const { caller: by } = await startFixture({ env: { TAILRACE_ABANDONED_AFTER_S: '1' } })
  const build = await by.newBuild(2)
  await by.append(build, 1, 0, 'one\nhalf')
  await by.append(build, 2, 0, 'two')
  await by.finishStep(build, 2)
  const whole = await eventually(async () => {
    const page = await result(stagePage(build), {}, by)
    assert.equal(page.log, 'one\nhalf\ntwo\n')
    return page
  })
  assert.deepEqual([whole.end_offset, whole.has_more], ['13', true])
  assert.equal((await by.get(`/v4/${build.record_id}/download-log`)).text, 'one\nhalf\ntwo\n')
})

test('a build without steps, and one of ten thousand, are read like any other', async () => {
  assert.equal((await result(stagePage(await caller.newBuild(0)))).log, '')
  const build = await caller.newBuild(10_000)
  await caller.append(build, 1, 0, 'one\n')
  await caller.finishStep(build, 1)
  await caller.append(build, 10_000, 0, 'last')
  await caller.finishStep(build, 10_000)
  await caller.finishBuild(build)
  const page = await result(realTimeLog(build))
  assert.deepEqual([page.log, page.end_offset, page.has_more], ['one\nlast\n', '9', false])
})
