/**
 * A log is followed as it grows: every byte once, in order, through reconnects, a killed server and
 * slow readers (docs/api.md §5).
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventsOf, followToEnd, openStream, type ReceivedEvent } from '../../props/event-stream.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  type Headers,
  logPath,
  sha256,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { inNewProject, startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const eventsPath = (build: BuildAnswer, query = '') => `${logPath(build, 1)}/events${query}`

/** The events of a stream that the server has begun to answer. */
async function opened(build: BuildAnswer, query = '', headers: Headers = {}) {
  const response = await openStream(server.url, eventsPath(build, query), { ...caller.headers, ...headers })
  assert.equal(response.statusCode, 200)
  return eventsOf(response)
}

async function follow(build: BuildAnswer, query = '', headers: Headers = {}): Promise<ReceivedEvent[]> {
  return Array.fromAsync(await opened(build, query, headers))
}

const chunks = (events: readonly ReceivedEvent[]) =>
  events.filter(({ event }) => event === 'log').map(event => event.json())

describe('a finished log', () => {
  test('comes in chunks with offsets, then its end with size, hash and status', async () => {
    const build = await caller.newLog('one\ntwo\nthree')
    const events = await follow(build)
    assert.deepEqual(chunks(events), [
      { start: 0, end: 8, text: 'one\ntwo\n' },
      { start: 8, end: 13, text: 'three' },
    ])
    const last = events.at(-1)!
    assert.deepEqual([last.event, last.id], ['end', '13'])
    assert.deepEqual(last.json(), { size: 13, sha256: sha256('one\ntwo\nthree'), status: 'SUCCESS' })
  })

  test('is sent with headers that keep caches and proxies from holding it back', async () => {
    const build = await caller.newLog('one\n')
    const response = await openStream(server.url, eventsPath(build), caller.headers)
    assert.match(String(response.headers['content-type']), /^text\/event-stream\b/)
    assert.equal(response.headers['x-accel-buffering'], 'no')
    assert.match(String(response.headers['cache-control']), /no-store|no-cache/)
    response.destroy()
  })

  test('is followed from an offset, over which Last-Event-ID has precedence', async () => {
    const build = await caller.newLog('one\ntwo\nthree\n')
    assert.deepEqual(chunks(await follow(build, '?from=4')), [{ start: 4, end: 14, text: 'two\nthree\n' }])
    const resumed = await follow(build, '?from=4', { 'Last-Event-ID': '8' })
    assert.deepEqual(chunks(resumed), [{ start: 8, end: 14, text: 'three\n' }])
  })

  test('answers 204 to a reader that resumes at its end', async () => {
    const [build, empty] = [await caller.newLog('one\n'), await caller.newLog('')]
    for (const id of ['4', '5'])
      assert.equal((await caller.get(eventsPath(build), { 'Last-Event-ID': id })).status, 204)
    assert.equal((await caller.get(eventsPath(build, '?from=4'))).status, 204)
    assert.deepEqual(
      (await follow(empty)).map(({ event }) => event),
      ['end'],
    )
    assert.equal((await caller.get(eventsPath(empty), { 'Last-Event-ID': '0' })).status, 204)
  })

  test('keeps control characters, lone carriage returns and forged fields inside the data', async () => {
    const log = 'a\rdata: forged\r\n\nevent: end\n\0\u001b[31m\u0085\u2028ok\n'
    const events = await follow(await caller.newLog(log))
    assert.deepEqual(
      events.map(({ event }) => event),
      ['log', 'end'],
    )
    assert.equal(events[0]!.json().text, log)
    assert.ok(!/[\r\n\u0085\u2028\u2029]/.test(events[0]!.data))
  })

  test('is cut at line ends, giant lines between characters, none above 64 KiB', async () => {
    const lines = Array.from({ length: 4000 }, (_, n) => `line ${n} 编译\n`).join('')
    const log = `${lines}${'界'.repeat(60_000)}\nend\n`
    const all = chunks(await follow(await caller.newLog(log)))
    assert.equal(all.map(({ text }) => text).join(''), log)
    for (const { start, end, text } of all) {
      assert.ok(end - start <= 65_536)
      assert.equal(Buffer.byteLength(text), end - start)
      assert.ok(text.endsWith('\n') || /^界+$/.test(text.slice(-3)))
    }
  })

  test('shows invalid UTF-8 byte by byte, and begins no chunk inside a character', async () => {
    const bytes = Buffer.concat([Buffer.from('é\n'), Buffer.from([0xff, 0xc3, 0x0a, 0xe7, 0x95])])
    const build = await caller.newLog(bytes)
    assert.equal(
      chunks(await follow(build))
        .map(({ text }) => text)
        .join(''),
      'é\n\uFFFD\uFFFD\n\uFFFD\uFFFD',
    )
    assert.equal(chunks(await follow(build, '?from=1'))[0].start, 0)
  })

  test('of a skipped step ends as SKIPPED', async () => {
    const build = await caller.newBuild()
    await caller.finishBuild(build)
    const events = await follow(build)
    assert.deepEqual(
      events.map(event => event.json()),
      [{ size: 0, sha256: null, status: 'SKIPPED' }],
    )
  })
})

describe('a growing log', () => {
  test('shows what comes, unfinished lines too, but no part of a character', async () => {
    const build = await caller.newLog('one\ntw', { live: true })
    const response = await openStream(server.url, eventsPath(build), caller.headers)
    const events = eventsOf(response)
    const next = async () => (await events.next()).value!.json()
    assert.equal((await next()).text, 'one\n')
    assert.equal((await next()).text, 'tw')
    const cut = Buffer.from('o 编\n')
    await caller.append(build, 1, 6, cut.subarray(0, 4))
    assert.equal((await next()).text, 'o ')
    await caller.append(build, 1, 10, cut.subarray(4))
    assert.equal((await next()).text, '编\n')
    await caller.finishStep(build, 1, { status: 'FAILURE' })
    assert.deepEqual(await next(), {
      size: 12,
      sha256: sha256('one\ntwo 编\n'),
      status: 'FAILURE',
    })
    assert.equal((await events.next()).done, true)
  })

  test('is followed before its step began, and from an offset that is not there yet', async () => {
    const build = await caller.newBuild()
    const [all, later] = [await opened(build), await opened(build, '?from=4')]
    await caller.append(build, 1, 0, 'one\n')
    await caller.append(build, 1, 4, 'two\n')
    await caller.finishStep(build, 1)
    assert.equal(
      chunks(await Array.fromAsync(all))
        .map(({ text }) => text)
        .join(''),
      'one\ntwo\n',
    )
    assert.deepEqual(chunks(await Array.fromAsync(later)), [{ start: 4, end: 8, text: 'two\n' }])
  })
})

describe('authorization', () => {
  test('readers of the project, and the holder of the upload token its own build alone', async () => {
    const [build, other] = [await caller.newLog('one\n'), await caller.newLog('two\n')]
    const holder = uploader(server, build)
    assert.equal((await holder.get(eventsPath(build))).status, 200)
    assertRefused(await holder.get(eventsPath(other)), 403, 'APIGW.0302')
    assertRefused(await holder.get(eventsPath({ ...other, record_id: UNKNOWN_RECORD })), 403, 'APIGW.0302')
  })

  test('other projects see nothing', async () => {
    const build = await caller.newLog('secret\n')
    const stranger = await inNewProject(caller)
    const there = await stranger.get(eventsPath(build))
    assertRefused(there, 404, 'DEVCB.00031006')
    assertSameRefusal(there, await stranger.get(eventsPath({ ...build, record_id: UNKNOWN_RECORD })))
  })

  test('malformed offsets are rejected before the log is looked up', async () => {
    const nowhere = { ...(await caller.newBuild()), record_id: UNKNOWN_RECORD }
    for (const query of ['?from=-1', '?from=1e3', '?from=', '?from=1&from=2', '?from=99999999999999999'])
      assertRefused(await caller.get(eventsPath(nowhere, query)), 400, 'CB.00060200', /from/)
    const reply = await caller.get(eventsPath(nowhere), { 'Last-Event-ID': 'x' })
    assertRefused(reply, 400, 'CB.00060200', /Last-Event-ID/)
    assertRefused(await caller.get(eventsPath(nowhere)), 404, 'DEVCB.00031006')
  })
})

test('a reader that pauses delays no other, and gets everything when it continues', async () => {
  const line = `${'x'.repeat(1023)}\n`
  const build = await caller.newLog(line.repeat(1024), { live: true })
  const path = eventsPath(build)
  let goOn = () => {}
  const stopped = new Promise<void>(resolve => {
    goOn = resolve
  })
  const slow = followToEnd(server, path, caller.headers, {
    onChunk: end => (end < 100_000 ? stopped : undefined),
  })
  const fast = followToEnd(server, path, caller.headers)
  for (let at = 1; at < 24; at++) await caller.append(build, 1, at * 1024 * 1024, line.repeat(1024))
  await caller.finishStep(build, 1)
  const all = sha256(line.repeat(24 * 1024))
  assert.equal((await fast).sha256, all)
  goOn()
  const { sha256: seen, connections } = await slow
  assert.deepEqual([seen, connections], [all, 1])
})

test('a stream ends in order when the server stops, and resumes after its restart', async () => {
  const { server: own, caller: writer } = await startFixture()
  const build = await writer.newLog('one\n', { live: true })
  const response = await openStream(own.url, eventsPath(build), writer.headers)
  const events = eventsOf(response)
  assert.equal((await events.next()).value!.json().text, 'one\n')
  const rest = events.next()
  await own.kill('SIGTERM')
  assert.equal((await rest).done, true, 'no end was announced, and nothing broke off')
  await own.restart()
  await writer.append(build, 1, 4, 'two\n')
  const again = await openStream(own.url, eventsPath(build), { ...writer.headers, 'Last-Event-ID': '4' })
  const resumed = eventsOf(again)
  assert.equal((await resumed.next()).value!.json().text, 'two\n')
  again.destroy()
})
