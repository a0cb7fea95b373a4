/** `POST /api/v1/builds/{record_id}/finish` (docs/api.md §4). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, downloadPath, logPath, send, UNKNOWN_RECORD, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const path = (record: string) => `/api/v1/builds/${record}/finish`

test('sets the result; the same again is a success, another one 409', async () => {
  const build = await caller.newBuild()
  for (let n = 0; n < 2; n++) {
    const reply = await caller.finishBuild(build, { status: 'FAILURE' })
    assert.deepEqual(
      [reply.status, reply.json().status, reply.json().record_id],
      [200, 'FAILURE', build.record_id],
    )
  }
  assertRefused(await caller.finishBuild(build, { status: 'SUCCESS' }), 409, /^TR\./)
})

test('skips the steps that never began: their logs are empty and finished', async () => {
  const build = await caller.newBuild(2)
  await caller.append(build, 1, 0, 'one\n')
  await caller.finishStep(build, 1)
  await caller.finishBuild(build)
  const reply = await caller.page(build, { step_id: 2 })
  assert.equal(reply.status, 200)
  // "true while the step is not finished": a step skipped by the end of its build is read as
  // finished.
  assert.deepEqual([reply.json().result.log, reply.json().result.has_more], ['', false])
  assert.deepEqual(
    [(await caller.get(downloadPath(build, 2))).status, (await caller.get(logPath(build, 2))).status],
    [200, 200],
  )
})

test('leaves open steps open: late bytes and their finish are accepted', async () => {
  const build = await caller.newLog('one\n', { live: true })
  await caller.finishBuild(build)
  assert.equal((await caller.page(build)).json().result.has_more, true)
  assert.equal((await caller.append(build, 1, 4, 'late\n')).status, 204)
  assert.equal((await caller.finishStep(build, 1)).status, 200)
  assert.equal((await caller.page(build)).json().result.log, 'one\nlate\n')
})

test('a skipped step accepts bytes that a runner delivers late', async () => {
  const build = await caller.newBuild(1)
  await caller.finishBuild(build)
  assert.equal((await caller.append(build, 1, 0, 'late\n')).status, 204)
  assert.equal((await caller.page(build)).json().result.log, 'late\n')
  assert.equal((await caller.finishStep(build, 1)).status, 200)
})

test('may come from the holder of the upload token', async () => {
  const build = await caller.newBuild()
  assert.equal((await uploader(server, build).finishBuild(build)).status, 200)
})

test('a malformed status is 400 and sets nothing', async () => {
  const build = await caller.newBuild()
  for (const body of [{}, { status: '' }, { status: 'x' }, { status: 1 }, '{', '', '[]'])
    assertRefused(await caller.finishBuild(build, body), 400, 'CB.00060200')
  assert.equal((await caller.finishBuild(build, { status: 'ABORTED' })).status, 200)
})

test('checks credentials, form and existence in this order', async () => {
  assertRefused(await send(server.url, 'POST', path('x'), {}, '{'), 401, 'APIGW.0301')
  assertRefused(await caller.post(path('x'), { status: 'SUCCESS' }), 400, 'CB.00060200', /record_id/)
  assertRefused(await caller.post(path(UNKNOWN_RECORD), {}), 400, 'CB.00060200')
  assertRefused(await caller.post(path(UNKNOWN_RECORD), { status: 'SUCCESS' }), 404, 'DEVCB.00031006')
})
