/**
 * `GET` and `HEAD` of `/api/v1/builds/{record_id}/steps/{step_id}/log` (docs/api.md §5, RFC 9110).
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gunzipSync, inflateRawSync, type ZlibOptions, zstdDecompressSync } from 'node:zlib'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  type Headers,
  logPath,
  send,
  UNKNOWN_RECORD,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const read = (build: BuildAnswer, headers: Headers = {}) => caller.get(logPath(build, 1), headers)

const LOG = '0123456789\nabcdefghij\n'
const LARGE = Array.from(
  { length: 40_000 },
  (_, n) => `line ${n} of a log that is larger than a frame\n`,
).join('')

describe('the whole log', () => {
  test('is every byte up to the head', async () => {
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, n) => n % 256))
    for (const live of [true, false]) {
      const reply = await read(await caller.newLog(bytes, { live }))
      assert.deepEqual([reply.status, reply.headers['content-encoding']], [200, undefined])
      assert.deepEqual(reply.bytes, bytes)
    }
  })

  test('is empty for an empty log and a step not begun', async () => {
    for (const build of [await caller.newLog(''), await caller.newBuild()])
      assert.deepEqual([(await read(build)).status, (await read(build)).bytes.length], [200, 0])
  })

  test('is a snapshot while the log grows', async () => {
    const build = await caller.newLog(LARGE, { live: true })
    const reading = read(build)
    await caller.append(build, 1, LARGE.length, 'more\n')
    const { text } = await reading
    assert.ok(text === LARGE || text === `${LARGE}more\n`)
  })
})

describe('Range', async () => {
  const sealed = await caller.newLog(LOG)
  const live = await caller.newLog(LOG, { live: true })
  const size = LOG.length

  for (const [range, from, to] of [
    ['bytes=0-0', 0, 1],
    ['bytes=0-9', 0, 10],
    ['bytes=5-', 5, size],
    ['bytes=21-21', 21, 22],
    ['bytes=0-9007199254740991', 0, size],
    ['bytes=20-100', 20, size],
    ['bytes=-1', size - 1, size],
    ['bytes=-10', size - 10, size],
    ['bytes=-1000', 0, size],
  ] as const)
    test(`${range} is answered with its bytes`, async () => {
      for (const [build, total] of [
        [sealed, String(size)],
        [live, '*'],
      ] as const) {
        const reply = await read(build, { Range: range, 'Accept-Encoding': 'gzip, zstd' })
        assert.equal(reply.status, 206)
        assert.equal(reply.text, LOG.slice(from, to))
        assert.equal(reply.headers['content-range'], `bytes ${from}-${to - 1}/${total}`)
        assert.equal(reply.headers['content-encoding'], undefined)
        assert.equal(reply.headers['content-length'], String(to - from))
      }
    })

  for (const range of [`bytes=${size}-`, `bytes=${size}-${size + 5}`, 'bytes=9007199254740991-', 'bytes=-0'])
    test(`${range} is 416`, async () => {
      for (const build of [sealed, live]) {
        const reply = await read(build, { Range: range })
        assertRefused(reply, 416, /^TR\./)
        assert.equal(reply.headers['content-range'], `bytes */${size}`)
      }
    })

  test('of an empty log is 416', async () => {
    for (const range of ['bytes=0-', 'bytes=-5'])
      assertRefused(await read(await caller.newLog(''), { Range: range }), 416, /^TR\./)
  })

  for (const range of [
    'bytes=5-2',
    'bytes=x',
    'bytes=',
    'bytes',
    'lines=0-1',
    'bytes=1-2-3',
    'bytes=+1-2',
    'bytes=1.0-2',
    'bytes=--1',
    'bytes=0x0-0x1',
  ])
    test(`${range} is not a valid range: the whole log`, async () => {
      const reply = await read(sealed, { Range: range })
      assert.deepEqual([reply.status, reply.text], [200, LOG])
    })

  test('of several parts gives all of them, or the whole log', async () => {
    // RFC 9110 14.2 lets a server ignore the header; what it must not do is answer one part for
    // several.
    const reply = await read(sealed, { Range: 'bytes=0-3,11-14' })
    if (reply.status === 200) assert.equal(reply.text, LOG)
    else {
      assert.equal(reply.status, 206)
      assert.match(String(reply.headers['content-type']), /^multipart\/byteranges/)
      for (const part of ['bytes 0-3/22\r\n\r\n0123\r\n', 'bytes 11-14/22\r\n\r\nabcd\r\n'])
        assert.ok(reply.text.includes(part), reply.text)
    }
  })

  test('across frames gives the same bytes as the whole', async () => {
    const build = await caller.newLog(LARGE)
    for (const [from, to] of [
      [262_143, 262_146],
      [1, LARGE.length - 1],
      [600_000, 1_200_000],
    ] as const)
      assert.ok((await read(build, { Range: `bytes=${from}-${to - 1}` })).text === LARGE.slice(from, to))
  })
})

describe('entity tags', async () => {
  const sealed = await caller.newLog(LARGE)

  test('a growing log has none', async () => {
    const reply = await read(await caller.newLog(LOG, { live: true }), { 'If-None-Match': '*' })
    assert.deepEqual([reply.status, reply.headers.etag], [200, undefined])
  })

  test('a sealed one has a strong one for each encoding', async () => {
    const tags = new Set<string>()
    for (const encoding of ['identity', 'gzip', 'zstd']) {
      const { headers } = await read(sealed, { 'Accept-Encoding': encoding })
      assert.match(String(headers.etag), /^"[^"]+"$/)
      assert.equal((await read(sealed, { 'Accept-Encoding': encoding })).headers.etag, headers.etag)
      tags.add(`${headers.etag} ${headers['content-encoding'] ?? 'identity'}`)
    }
    assert.equal(new Set([...tags].map(tag => tag.split(' ')[0])).size, tags.size)
  })

  test('If-None-Match is 304 for the same tag, weak or in a list, and for *', async () => {
    const tag = String((await read(sealed)).headers.etag)
    for (const value of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const reply = await read(sealed, { 'If-None-Match': value })
      assert.deepEqual([reply.status, reply.bytes.length, reply.headers.etag], [304, 0, tag], value)
    }
    for (const value of ['"other"', tag.replaceAll('"', '')])
      assert.equal((await read(sealed, { 'If-None-Match': value })).status, 200, value)
  })

  test('If-Range keeps the range only for the same strong tag', async () => {
    const tag = String((await read(sealed)).headers.etag)
    const status = async (value: string) =>
      (await read(sealed, { Range: 'bytes=0-3', 'If-Range': value })).status
    assert.equal(await status(tag), 206)
    for (const value of ['"other"', `W/${tag}`, 'Sat, 29 Oct 1994 19:43:31 GMT'])
      assert.equal(await status(value), 200, value)
    const live = await caller.newLog(LOG, { live: true })
    assert.equal((await read(live, { Range: 'bytes=0-3', 'If-Range': '"any"' })).status, 200)
  })
})

describe('encodings', async () => {
  const sealed = await caller.newLog(LARGE)
  const live = await caller.newLog(LARGE, { live: true })

  test('every answer varies by Accept-Encoding', async () => {
    for (const headers of [{}, { 'Accept-Encoding': 'gzip' }, { Range: 'bytes=0-1' }])
      assert.match(String((await read(sealed, headers)).headers.vary), /accept-encoding/i)
  })

  test('zstd gives the log, as a client decodes it', async () => {
    for (const build of [sealed, live]) {
      const reply = await read(build, { 'Accept-Encoding': 'zstd' })
      assert.equal(reply.headers['content-encoding'], 'zstd')
      assert.ok(zstdDecompressSync(reply.bytes).toString() === LARGE)
      assert.ok(reply.bytes.length < LARGE.length / 3)
    }
  })

  test('gzip is one member, for clients that stop after the first', async () => {
    for (const build of [sealed, live]) {
      const reply = await read(build, { 'Accept-Encoding': 'gzip' })
      assert.equal(reply.headers['content-encoding'], 'gzip')
      assert.equal(reply.bytes[3], 0)
      const member = inflateRawSync(reply.bytes.subarray(10), { info: true } as ZlibOptions) as unknown as {
        buffer: Buffer
        engine: { bytesWritten: number }
      }
      assert.ok(member.buffer.toString() === LARGE)
      assert.equal(10 + member.engine.bytesWritten + 8, reply.bytes.length)
      assert.ok(gunzipSync(reply.bytes).toString() === LARGE)
    }
  })

  test('of an empty log decode to nothing', async () => {
    const empty = await caller.newLog('')
    const decode = { zstd: zstdDecompressSync, gzip: gunzipSync }
    for (const name of ['zstd', 'gzip'] as const) {
      const reply = await read(empty, { 'Accept-Encoding': name })
      assert.equal(reply.status, 200)
      if (reply.headers['content-encoding'] === name) assert.equal(decode[name](reply.bytes).length, 0)
      else assert.equal(reply.bytes.length, 0)
    }
  })

  test('are used only where they are accepted', async () => {
    for (const accepts of [
      undefined,
      '',
      'identity',
      'br',
      'gzip;q=0',
      'gzip;q=0, zstd;q=0.0',
      'x-zstd',
      'identity, *;q=0',
    ]) {
      const reply = await read(sealed, accepts === undefined ? {} : { 'Accept-Encoding': accepts })
      assert.deepEqual([reply.status, reply.headers['content-encoding']], [200, undefined], String(accepts))
      assert.ok(reply.text === LARGE)
    }
  })

  test('zstd can be turned off', async () => {
    const { caller: one } = await startFixture({ env: { TAILRACE_SEND_ZSTD: 'off' } })
    const build = await one.newLog(LARGE)
    assert.notEqual(
      (await one.get(logPath(build, 1), { 'Accept-Encoding': 'zstd' })).headers['content-encoding'],
      'zstd',
    )
  })
})

describe('HEAD', async () => {
  const sealed = await caller.newLog(LOG)

  test('has the headers of GET, and no body', async () => {
    const [get, head] = [await read(sealed), await caller.send('HEAD', logPath(sealed, 1))]
    assert.deepEqual([head.status, head.bytes.length], [200, 0])
    for (const name of ['content-length', 'content-type', 'etag', 'vary', 'accept-ranges'])
      assert.equal(head.headers[name], get.headers[name], name)
    assert.equal(get.headers['content-length'], String(LOG.length))
    assert.equal(get.headers['accept-ranges'], 'bytes')
  })
})

describe('refusals', async () => {
  const build = await caller.newLog(LOG)
  const path = (record: string, step: string | number) => `/api/v1/builds/${record}/steps/${step}/log`

  test('malformed ids are 400', async () => {
    for (const [record, step] of [
      ['x', 1],
      [build.record_id.toUpperCase(), 1],
      [build.record_id, 0],
      [build.record_id, '-1'],
      [build.record_id, '1.0'],
      [build.record_id, '1e3'],
      [build.record_id, '%20'],
      [build.record_id, '99999999999999999'],
    ] as const)
      assertRefused(await caller.get(path(record, step)), 400, 'CB.00060200')
  })

  test('all unknown IDs get the same 404', async () => {
    const replies = await Promise.all([
      caller.get(path(UNKNOWN_RECORD, 1)),
      caller.get(path(build.record_id, 2)),
      caller.get(path(build.record_id, 999_999_999)),
    ])
    for (const reply of replies) {
      assertRefused(reply, 404, 'DEVCB.00031006')
      assertSameRefusal(reply, replies[0]!)
    }
  })

  test('authentication comes first', async () => {
    assertRefused(await send(server.url, 'GET', path('x', 0)), 401, 'APIGW.0301')
  })
})
