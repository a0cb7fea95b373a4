/**
 * A step whose writer falls silent is abandoned: readable, not finished, and reopened by an append
 * (docs/api.md §4).
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BuildAnswer, eventually, logPath, sha256 } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { caller } = await startFixture({ env: { TAILRACE_ABANDONED_AFTER_S: '1' } })

const stateOf = async (build: BuildAnswer): Promise<string> =>
  (await caller.get(`/api/v1/builds/${build.record_id}`)).json().steps[0].state

/** A build of one step whose writer has fallen silent after these bytes. */
async function abandoned(log: string): Promise<BuildAnswer> {
  const build = await caller.newLog(log, { live: true })
  assert.equal(await stateOf(build), 'running')
  await eventually(async () => assert.equal(await stateOf(build), 'abandoned'))
  return build
}

test('an abandoned step is readable, is not finished, and is reopened by an append', async () => {
  const build = await abandoned('one\ntw')
  assert.equal((await caller.get(logPath(build, 1))).text, 'one\ntw')
  const { result } = (await caller.page(build, { end_offset: 4 })).json()
  assert.deepEqual([result.log, result.has_more], ['one\n', true])
  assert.equal((await caller.send('HEAD', logPath(build, 1))).headers['upload-length'], undefined)
  assert.equal((await caller.append(build, 1, 0, 'one\ntwo\n')).status, 204)
  assert.equal(await stateOf(build), 'running')
  const finish = await caller.finishStep(build, 1, {
    status: 'SUCCESS',
    size: 8,
    sha256: sha256('one\ntwo\n'),
  })
  assert.deepEqual([finish.status, finish.json().verified], [200, true])
})

test('an abandoned step that gets no more bytes can be finished', async () => {
  const build = await abandoned('one\n')
  assert.equal((await caller.finishStep(build, 1)).status, 200)
  assert.equal((await caller.page(build)).json().result.has_more, false)
})
