/** `DELETE /api/v1/jobs/{job_id}` (docs/api.md §4). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertRefused,
  type BuildAnswer,
  logPath,
  pagePath,
  send,
  UNKNOWN_JOB,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const path = (job: string) => `/api/v1/jobs/${job}`
const buildOf = (job_name: string, steps = 1): Promise<BuildAnswer> => caller.newBuild(steps, { job_name })

test('a job is deleted with all its builds, live ones too, and no other job is changed', async () => {
  const kept = await buildOf('kept')
  await caller.append(kept, 1, 0, 'kept\n')
  const builds = []
  for (let i = 0; i < 120; i++) builds.push(await buildOf('goes'))
  const [first] = builds as [BuildAnswer]
  await caller.append(first, 1, 0, 'live\n')
  assert.equal((await caller.send('DELETE', path(first.job_id))).status, 204)
  for (const build of [first, builds.at(-1)!]) {
    assertRefused(await caller.get(pagePath(build)), 404, 'DEVCB.00031006')
    assertRefused(await caller.append(build, 1, 0, 'live\nmore\n'), 404, 'DEVCB.00031006')
  }
  assertRefused(await caller.send('DELETE', path(first.job_id)), 404, 'DEVCB.00031006')
  const byId = { job_id: first.job_id, steps: [{ name: 'step 1' }] }
  assertRefused(await caller.post('/api/v1/builds', byId), 404, 'DEVCB.00031006')
  assert.equal((await caller.get(logPath(kept, 1))).text, 'kept\n')
})

test('a job created later under the same name is another job', async () => {
  const before = await buildOf('again')
  assert.equal((await caller.send('DELETE', path(before.job_id))).status, 204)
  const later = await buildOf('again')
  assert.notEqual(later.job_id, before.job_id)
  assertRefused(await caller.get(pagePath(before)), 404, 'DEVCB.00031006')
})

test('only an admin may delete; checks credentials, form and existence in this order', async () => {
  const build = await buildOf('stays')
  assertRefused(await send(server.url, 'DELETE', path('x')), 401, 'APIGW.0301')
  assertRefused(await uploader(server, build).send('DELETE', path(build.job_id)), 403, 'APIGW.0302')
  assertRefused(await caller.send('DELETE', path('x')), 400, /^CB\.0006020/, /job_id/)
  assertRefused(await caller.send('DELETE', path(UNKNOWN_JOB)), 404, 'DEVCB.00031006')
})
