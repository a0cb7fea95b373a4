/** `PUT /api/v1/jobs/{job_id}/retention`, and what retention does to a store. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startServer } from '../../props/server-process.ts'
import {
  admin,
  assertRefused,
  type BuildAnswer,
  type Caller,
  eventually,
  logPath,
  send,
  UNKNOWN_JOB,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const data = mkdtempSync(join(tmpdir(), 'tailrace-retention-'))
after(() => rmSync(data, { recursive: true, force: true }))

const path = (job: string) => `/api/v1/jobs/${job}/retention`
const put = (caller: Caller, job: string, body: unknown) =>
  caller.send('PUT', path(job), { 'Content-Type': 'application/json' }, JSON.stringify(body))

async function finishedBuild(caller: Caller, job_name: string, bytes: number): Promise<BuildAnswer> {
  const build = await caller.newBuild(1, { job_name })
  assert.equal((await caller.append(build, 1, 0, Buffer.alloc(bytes, 'text\n'))).status, 204)
  assert.equal((await caller.finishStep(build, 1)).status, 200)
  assert.equal((await caller.finishBuild(build)).status, 200)
  return build
}

test('the oldest builds beyond the limit go, but not of a job that has its own, nor one that runs', async () => {
  let made: BuildAnswer[]
  let running: BuildAnswer
  {
    await using server = await startServer({ data })
    const caller = await admin(server)
    running = await caller.newBuild(1, { job_name: 'running' })
    await caller.append(running, 1, 0, 'runs\n')
    made = [
      await finishedBuild(caller, 'kept', 900_000),
      await finishedBuild(caller, 'plain', 600_000),
      await finishedBuild(caller, 'plain', 600_000),
    ]
    const reply = await put(caller, made[0]!.job_id, { gib: 0, days: 0 })
    assert.deepEqual([reply.status, reply.json()], [200, { job_id: made[0]!.job_id, days: 0, gib: 0 }])
  }
  const { caller } = await startFixture({ data, env: { TAILRACE_RETENTION_GIB: '0.001' } })
  const statuses = () => Promise.all(made.map(async build => (await caller.get(logPath(build, 1))).status))
  await eventually(async () => assert.deepEqual(await statuses(), [200, 404, 200]))
  assert.equal((await caller.get(logPath(running, 1))).text, 'runs\n')
})

test('checks credentials, form and existence in this order', async () => {
  const { server, caller } = await startFixture()
  const build = await caller.newBuild()
  assertRefused(await send(server.url, 'PUT', path('x'), {}, '{'), 401, 'APIGW.0301')
  assertRefused(await put(uploader(server, build), build.job_id, {}), 403, 'APIGW.0302')
  assertRefused(await put(caller, 'x', {}), 400, /^CB\.0006020/, /job_id/)
  for (const body of [{ days: -1 }, { days: 1.5 }, { days: '1' }, { gib: -1 }, { gib: 'x' }, [], 1])
    assertRefused(await put(caller, build.job_id, body), 400, 'CB.00060200')
  assertRefused(await put(caller, UNKNOWN_JOB, { days: 1 }), 404, 'DEVCB.00031006')
  assert.deepEqual((await put(caller, build.job_id, {})).json(), {
    job_id: build.job_id,
    days: null,
    gib: null,
  })
})
