/** A step whose writer falls silent is abandoned: readable, not finished, and reopened by an append (docs/api.md §4). */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../../props/server-process.ts'
import { admin, logPath, sha256 } from '../../props/wire.ts'

const server = await startServer({ env: { TAILRACE_ABANDONED_AFTER_S: '1' } })
after(() => server.stop())
const caller = await admin(server)

test('an abandoned step is read as before, is not finished, and takes bytes and its finish', async () => {
  const build = await caller.newLog('one\ntw', { live: true })
  // Longer than the silence and two rounds of upkeep; the answers are the same if the server is late.
  await sleep(3000)
  assert.equal((await caller.get(logPath(build, 1))).text, 'one\ntw')
  const { result } = (await caller.page(build, { end_offset: 4 })).json()
  assert.deepEqual([result.log, result.has_more], ['one\n', true])
  assert.equal((await caller.send('HEAD', logPath(build, 1))).headers['upload-length'], undefined)
  assert.equal((await caller.append(build, 1, 0, 'one\ntwo\n')).status, 204)
  const finish = await caller.finishStep(build, 1, {
    status: 'SUCCESS',
    size: 8,
    sha256: sha256('one\ntwo\n'),
  })
  assert.deepEqual([finish.status, finish.json().verified], [200, true])
})

test('an abandoned step that gets no more bytes can be finished', async () => {
  const build = await caller.newLog('one\n', { live: true })
  await sleep(3000)
  assert.equal((await caller.finishStep(build, 1)).status, 200)
  assert.equal((await caller.page(build)).json().result.has_more, false)
})
