/**
 * `GET` and `HEAD` of `/v1/log/{record_id}/download-log`, `/v4/…` and `/v3/…`: a build's log as a
 * file, docs/api.md §1 and §3.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { onlyFileOf, whyNoArchivers } from '../../props/archive.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  send,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const at = (ms: number) => `[2025/06/26 14:23:32.${String(ms).padStart(3, '0')} GMT+08:00]`
const v1 = (record: string, query = '') => `/v1/log/${record}/download-log${query}`
const v3 = (record: string, query = '') => `/v3/${record}/download-log${query}`
const v4 = (record: string, query = '') => `/v4/${record}/download-log${query}`
const ROUTES = { v1, v3, v4 }

const STEPS = [
  `${at(1)} [INFO] one\n${at(2)} [DEBUG] hidden\n\tstill hidden\n${at(3)} [DEBUG] hidden to the end`,
  '',
  ` begins at INFO\n${at(4)} [WARNING] two`,
  `${at(5)} [DEBUG] hidden\n`,
  '\u6784\u5efa\n',
]
const EVERYTHING = STEPS.filter(log => log !== '')
  .map(log => (log.endsWith('\n') ? log : `${log}\n`))
  .join('')
const WITHOUT_DEBUG = `${at(1)} [INFO] one\n begins at INFO\n${at(4)} [WARNING] two\n\u6784\u5efa\n`

async function buildOf(logs: readonly (string | Uint8Array)[]): Promise<BuildAnswer> {
  const build = await caller.newBuild(logs.length)
  for (const [n, log] of logs.entries()) {
    if (log.length > 0) assert.equal((await caller.append(build, n + 1, 0, log)).status, 204)
    assert.equal((await caller.finishStep(build, n + 1)).status, 200)
  }
  return build
}

const build = await buildOf(STEPS)
const id = build.record_id

describe('the file', () => {
  for (const [name, path] of Object.entries(ROUTES)) {
    test(`${name}: octets, without a redirect, with a safe name`, async () => {
      const reply = await caller.get(path(id))
      assert.equal(reply.status, 200)
      assert.equal(reply.headers['content-type'], 'application/octet-stream')
      assert.equal(reply.headers['content-encoding'], undefined)
      assert.equal(
        reply.headers['content-disposition'],
        `attachment; filename="${id}.log"; filename*=UTF-8''${id}.log`,
      )
      assert.equal(reply.text, name === 'v3' ? EVERYTHING : WITHOUT_DEBUG)
    })

    test(`${name}: HEAD has the same headers and no body`, async () => {
      const [head, get] = [await caller.send('HEAD', path(id)), await caller.get(path(id))]
      assert.deepEqual([head.status, head.bytes.length], [200, 0])
      for (const header of ['content-type', 'content-disposition', 'x-content-type-options'])
        assert.equal(head.headers[header], get.headers[header])
      assert.equal((await caller.send('HEAD', path(UNKNOWN_RECORD))).status, 404)
    })

    test(`${name}: an empty log is an empty 200`, async () => {
      for (const steps of [0, 2]) {
        const reply = await caller.get(path((await caller.newBuild(steps)).record_id))
        assert.deepEqual([reply.status, reply.bytes.length], [200, 0])
      }
    })

    test(`${name}: an unknown record is 404, a malformed one 400`, async () => {
      const replies = [await caller.get(path(UNKNOWN_RECORD)), await caller.get(path('-'.repeat(36)))]
      assertRefused(replies[0]!, 404, 'DEVCB.00031006')
      assertSameRefusal(replies[0]!, replies[1]!)
      for (const record of ['a'.repeat(35), 'a'.repeat(37), id.toUpperCase(), '%20'])
        assertRefused(await caller.get(path(record)), 400, 'CB.00060200', /record_id/)
    })

    test(`${name}: checks authentication, then authorization`, async () => {
      assertRefused(await send(server.url, 'GET', path('x')), 401, 'APIGW.0301')
      assert.equal((await send(server.url, 'HEAD', path(id))).status, 401)
      const other = uploader(server, await caller.newBuild())
      assertRefused(await other.get(path(id)), 403, 'APIGW.0302')
      assertRefused(await other.get(path(UNKNOWN_RECORD)), 403, 'APIGW.0302')
      assert.equal((await uploader(server, build).get(path(id))).status, 200)
    })

    test(`${name}: unknown parameters and a Content-Type are ignored`, async () => {
      const reply = await caller.get(path(id, '?x=1&x=2&task_name=stage9&compress=false'), {
        'Content-Type': 'application/json',
      })
      assert.equal(reply.status, 200, reply.text)
    })
  }

  test('is the log so far while the build runs: up to the head of its lowest unfinished step', async () => {
    const growing = await caller.newBuild(3)
    await caller.append(growing, 3, 0, 'three')
    await caller.finishStep(growing, 3)
    await caller.append(growing, 1, 0, 'one\nhal')
    for (const path of Object.values(ROUTES))
      assert.equal((await caller.get(path(growing.record_id))).text, 'one\nhal')
    await caller.finishStep(growing, 1)
    assert.equal((await caller.get(v4(growing.record_id))).text, 'one\nhal\n')
    await caller.finishBuild(growing)
    assert.equal((await caller.get(v4(growing.record_id))).text, 'one\nhal\nthree\n')
  })

  test('is as long as the log is, in flat chunks', async () => {
    const long = await buildOf([`${'x'.repeat(99)}\n`.repeat(150_000), 'y'.repeat(9_000_000)])
    const { bytes } = await caller.get(v4(long.record_id))
    assert.equal(bytes.length, 15_000_000 + 9_000_001)
    assert.equal(bytes.subarray(15_000_000).indexOf('x'), -1)
  })
})

describe('log_level', () => {
  for (const path of [v1, v4]) {
    test(`${path('ID')}: DEBUG is every byte; INFO, the default, starts over with each step`, async () => {
      assert.equal((await caller.get(path(id, '?log_level=DEBUG'))).text, EVERYTHING)
      assert.equal((await caller.get(path(id, '?log_level=INFO'))).text, WITHOUT_DEBUG)
    })

    test(`${path('ID')}: anything else, or twice, is 400`, async () => {
      for (const query of [
        '?log_level=',
        '?log_level=debug',
        '?log_level=WARN',
        '?log_level=INFO&log_level=INFO',
      ])
        assertRefused(await caller.get(path(id, query)), 400, 'CB.00060200', /log_level/)
    })
  }

  test('v3 knows no levels', async () => {
    for (const query of ['', '?log_level=INFO', '?log_level=x'])
      assert.equal((await caller.get(v3(id, query))).text, EVERYTHING)
  })
})

describe('compress', { skip: whyNoArchivers() }, () => {
  test('true is a .zip file with the log in it', async () => {
    for (const [path, text] of [
      [v1(id, '?compress=true'), WITHOUT_DEBUG],
      [v1(id, '?compress=TRUE&log_level=DEBUG'), EVERYTHING],
      [v3(id, '?compress=true'), EVERYTHING],
    ] as const) {
      const reply = await caller.get(path, { 'Accept-Encoding': 'gzip, zstd' })
      assert.equal(reply.headers['content-type'], 'application/octet-stream')
      assert.equal(reply.headers['content-encoding'], undefined)
      assert.match(String(reply.headers['content-disposition']), new RegExp(`filename="${id}.zip"`))
      const { name, bytes } = onlyFileOf(reply.bytes)
      assert.deepEqual([name, bytes.toString()], [`${id}.log`, text])
    }
  })

  test('works for an empty log, and over HEAD', async () => {
    const empty = await caller.newBuild()
    const { bytes } = onlyFileOf((await caller.get(v1(empty.record_id, '?compress=true'))).bytes)
    assert.equal(bytes.length, 0)
    const head = await caller.send('HEAD', v1(id, '?compress=true'))
    assert.deepEqual([head.status, head.bytes.length], [200, 0])
    assert.match(String(head.headers['content-disposition']), /\.zip"/)
  })

  test('makes a large log of any bytes small', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, n) => n))
    const log = Buffer.concat(Array.from({ length: 40_000 }, () => all))
    const large = await buildOf([log, log])
    const reply = await caller.get(v1(large.record_id, '?compress=true&log_level=DEBUG'))
    assert.ok(reply.bytes.length < log.length / 10)
    const { bytes } = onlyFileOf(reply.bytes)
    assert.ok(bytes.equals(Buffer.concat([log, Buffer.from('\n'), log, Buffer.from('\n')])))
  })

  test('false, the default, is the log itself', async () => {
    for (const query of ['', '?compress=false', '?compress=False'])
      assert.equal((await caller.get(v1(id, query))).text, WITHOUT_DEBUG)
  })

  test('anything else, or twice, is 400; v4 does not know it', async () => {
    for (const query of ['?compress=', '?compress=1', '?compress=yes', '?compress=true&compress=true'])
      assertRefused(await caller.get(v1(id, query)), 400, 'CB.00060200', /compress/)
    assert.equal((await caller.get(v4(id, '?compress=true'))).text, WITHOUT_DEBUG)
  })
})
