/** `DELETE /api/v1/builds/{record_id}` (docs/api.md §4). */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type OutgoingHttpHeaders, request } from 'node:http'
import { test } from 'node:test'
import {
  assertRefused,
  type BuildAnswer,
  downloadPath,
  eventually,
  logPath,
  pagePath,
  send,
  sha256,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const path = (record: string) => `/api/v1/builds/${record}`
const remove = (build: BuildAnswer) => caller.send('DELETE', path(build.record_id))

/** How many packs have lost their file since the server started. */
const droppedPacks = async () =>
  Number(/^tailrace_packs_dropped_total (\d+)$/m.exec((await caller.get('/metrics')).text)?.[1])

/** Nothing of the API finds the build. */
async function assertGone(build: BuildAnswer): Promise<void> {
  const attempts = [
    caller.get(pagePath(build)),
    caller.get(downloadPath(build)),
    caller.get(logPath(build, 1)),
    caller.append(build, 1, 0, 'x'),
    caller.finishStep(build, 1),
    caller.finishBuild(build),
    caller.post(`${path(build.record_id)}/steps`, { steps: [{ name: 'more' }] }),
    remove(build),
  ]
  for (const reply of await Promise.all(attempts)) assert.equal(reply.status, 404, reply.text)
}

test('a finished build is gone for good, and no other is changed', async () => {
  const [before, build, after] = [
    await caller.newLog('one\n'),
    await caller.newLog('two\n'),
    await caller.newLog('three\n'),
  ]
  const reply = await remove(build)
  assert.deepEqual([reply.status, reply.text], [204, ''])
  await assertGone(build)
  assert.equal((await caller.get(logPath(before, 1))).text, 'one\n')
  assert.equal((await caller.get(logPath(after, 1))).text, 'three\n')
  assert.equal((await caller.newBuild()).build_no, after.build_no + 1)
})

test('a live build is gone too, and its upload token is useless', async () => {
  const build = await caller.newLog('half a li', { live: true })
  const runner = uploader(server, build)
  assert.equal((await remove(build)).status, 204)
  await assertGone(build)
  assertRefused(await runner.append(build, 1, 9, 'ne\n'), 404, 'DEVCB.00031006')
  assertRefused(await runner.append(build, 1, 0, 'half a line\n'), 404, 'DEVCB.00031006')
  assertRefused(await runner.finishStep(build, 1), 404, 'DEVCB.00031006')
  const again = { record_id: build.record_id, job_name: 'contract tests', steps: [{ name: 'step 1' }] }
  assertRefused(await caller.post('/api/v1/builds', again), 404, 'DEVCB.00031006', /deleted/)
  assertRefused(await runner.append(build, 1, 0, 'x'), 404, 'DEVCB.00031006')
})

test('an append in flight ends with 404', async () => {
  const build = await caller.newBuild()
  let goOn = () => {}
  const removed = new Promise<void>(resolve => {
    goOn = resolve
  })
  const append = caller.append(
    build,
    1,
    0,
    (async function* () {
      yield Buffer.from('before\n')
      await removed
      yield Buffer.from('after\n')
    })(),
  )
  await eventually(async () => assert.equal(await caller.head(build), 7))
  assert.equal((await remove(build)).status, 204)
  goOn()
  assert.equal((await append).status, 404)
  await assertGone(build)
})

test('writers that never stop get 404, and nothing that they sent comes back after a kill', async () => {
  const builds = await Promise.all(Array.from({ length: 6 }, () => caller.newBuild()))
  const chunk = Buffer.alloc(60_000, 'line of a log\n')
  const writers = builds.map(async build => {
    for (let at = 0; ; at += chunk.length) {
      const reply = await caller.append(build, 1, at, chunk)
      if (reply.status !== 204) return reply.status
    }
  })
  for (const build of builds)
    await eventually(async () => assert.ok((await caller.head(build)) >= 2 * chunk.length))
  const kept = await caller.newLog('kept\n', { live: true })
  for (const build of builds) assert.equal((await remove(build)).status, 204)
  assert.deepEqual(
    await Promise.all(writers),
    builds.map(() => 404),
  )
  await server.kill('SIGKILL')
  await server.restart()
  await Promise.all(builds.map(build => assertGone(build)))
  assert.equal((await caller.get(logPath(kept, 1))).text, 'kept\n')
  assert.equal((await caller.append(kept, 1, 5, 'more\n')).status, 204)
  assert.equal(server.stderr, '')
})

test('a download in flight breaks off or ends, but never returns other bytes', async () => {
  // Hexadecimal digits compress to half: the log fills most of its pack, which is dropped with it.
  const log = Buffer.from(`${randomBytes(12 * 1024 * 1024).toString('hex')}\n`)
  const build = await caller.newLog(log)
  const { url } = server
  const received = await new Promise<Buffer>((resolve, reject) => {
    const parts: Buffer[] = []
    const done = () => resolve(Buffer.concat(parts))
    const sent = request(
      `${url}${logPath(build, 1)}`,
      { headers: { ...caller.headers } as OutgoingHttpHeaders },
      response => {
        response.once('data', async (part: Buffer) => {
          parts.push(part)
          response.pause()
          const before = await droppedPacks()
          assert.equal((await remove(build)).status, 204)
          await caller.newLog(Buffer.alloc(2_000_000, 'other bytes\n'))
          await eventually(async () => assert.ok((await droppedPacks()) > before))
          response.on('data', more => parts.push(more))
          response.resume()
        })
        response.on('error', done).on('end', done)
      },
    )
    sent.on('error', reject).end()
  })
  assert.ok(received.length > 0 && received.length <= log.length)
  assert.equal(sha256(received), sha256(log.subarray(0, received.length)))
  await assertGone(build)
})

test('only an admin may delete; checks credentials, form and existence in this order', async () => {
  const build = await caller.newLog('stays\n')
  assertRefused(await send(server.url, 'DELETE', path('x')), 401, 'APIGW.0301')
  assertRefused(await uploader(server, build).send('DELETE', path(build.record_id)), 403, 'APIGW.0302')
  assertRefused(await caller.send('DELETE', path('x')), 400, 'CB.00060200', /record_id/)
  assertRefused(await caller.send('DELETE', path(UNKNOWN_RECORD)), 404, 'DEVCB.00031006')
  assert.equal((await caller.get(logPath(build, 1))).text, 'stays\n')
})
