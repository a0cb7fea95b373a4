/** GET /api/v1/jobs/{job_id}/builds and GET /api/v1/builds/{record_id}. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lookUp, NO_NUMBERS, nowhere } from '../../props/lookup.ts'
import { assertRefused, logPath, send, sha256 } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

describe('the builds of a job', async () => {
  const build = await caller.newBuild(0, { job_name: 'listed' })
  for (let i = 2; i <= 25; i++) await caller.newBuild(0, { job_name: 'listed' })
  const other = await caller.newBuild(0, { job_name: 'other' })
  const path = (more: string, job = build.job_id) => `/api/v1/jobs/${job}/builds${more}`

  test('come newest first, by cursors, also while new ones are made', async () => {
    const numbers: number[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const part = await lookUp(caller, path(`?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`))
      numbers.push(...part.builds.map((one: { build_no: number }) => one.build_no))
      cursor = part.next_cursor
      await caller.newBuild(0, { job_name: 'listed' })
    }
    assert.deepEqual(
      numbers,
      Array.from({ length: 25 }, (_, i) => 25 - i),
    )
  })

  test('are shown like the newest build of a job', async () => {
    const [shown] = (await lookUp(caller, path('?limit=1', other.job_id))).builds
    const [job] = (await lookUp(caller, '/api/v1/jobs?limit=1')).jobs
    assert.deepEqual(shown, job.latest_build)
    assert.deepEqual([shown.record_id, shown.build_no], [other.record_id, 1])
    assert.equal((await lookUp(caller, path(''))).builds.length, 20)
  })

  test('refusals', async () => {
    const { next_cursor: cursor } = await lookUp(caller, path('?limit=1'))
    const { next_cursor: ofJobs } = await lookUp(caller, '/api/v1/jobs?limit=1')
    for (const bad of ['', 'x', `${cursor}A`, ofJobs])
      assertRefused(await caller.get(path(`?cursor=${bad}`)), 400, 'CB.00060200', /cursor/)
    assertRefused(await caller.get(path(`?cursor=${cursor}`, other.job_id)), 400, 'CB.00060200', /cursor/)
    for (const limit of ['0', '101', ...NO_NUMBERS])
      assertRefused(
        await caller.get(path(`?limit=${encodeURIComponent(limit)}`)),
        400,
        'CB.00060200',
        /limit/,
      )
    assertRefused(await caller.get(path('', nowhere(build).job_id)), 404, 'DEVCB.00031006')
    assertRefused(await caller.get(path('', 'J')), 400, 'CB.00060201', /job_id/)
    assertRefused(await send(server.url, 'GET', path('')), 401, 'APIGW.0301')
  })
})

describe('a build with its steps', () => {
  test('shows state, size, hash and times of each', async () => {
    const build = await caller.newBuild(4, { job_name: 'steps' })
    await caller.append(build, 1, 0, 'sealed\n')
    await caller.finishStep(build, 1, { status: 'FAILURE', size: 7, sha256: sha256('sealed\n') })
    await caller.append(build, 2, 0, 'running')
    await caller.finishStep(build, 3)
    const answer = await lookUp(caller, `/api/v1/builds/${build.record_id}`)
    const { steps, project_id, ...summary } = answer
    for (const time of [steps[0].began_at, steps[0].finished_at, steps[1].began_at, steps[2].finished_at])
      assert.equal(new Date(time).toISOString(), time)
    assert.deepEqual(summary, (await lookUp(caller, `/api/v1/jobs/${build.job_id}/builds`)).builds[0])
    assert.equal(project_id, build.project_id)
    const step = (n: number, more: object) => ({
      step_id: n,
      task_name: `stage${n}`,
      name: `step ${n}`,
      state: 'waiting',
      status: null,
      size: 0,
      sha256: null,
      verified: null,
      began_at: null,
      finished_at: null,
      log_url: server.url + logPath(build, n),
      ...more,
    })
    const times = ({ began_at, finished_at }: { began_at: string; finished_at: string }) => ({
      began_at,
      finished_at,
    })
    assert.deepEqual(steps, [
      step(1, {
        state: 'sealed',
        status: 'FAILURE',
        size: 7,
        sha256: sha256('sealed\n'),
        verified: true,
        ...times(steps[0]),
      }),
      step(2, { state: 'running', size: 7, began_at: steps[1].began_at }),
      step(3, {
        state: 'sealed',
        status: 'SUCCESS',
        sha256: sha256(''),
        verified: false,
        ...times(steps[2]),
      }),
      step(4, {}),
    ])
    await caller.finishBuild(build, { status: 'FAILURE' })
    const finished = await lookUp(caller, `/api/v1/builds/${build.record_id}`)
    assert.deepEqual(
      [finished.status, finished.steps[3].state, finished.steps[1].state],
      ['FAILURE', 'skipped', 'running'],
    )
    assert.deepEqual(
      build.steps.map(one => one.log_url),
      finished.steps.map((one: { log_url: string }) => one.log_url),
    )
  })

  test('10,000 steps are shown in order', async () => {
    const build = await caller.newBuild(10_000, { job_name: 'many' })
    const { steps } = await lookUp(caller, `/api/v1/builds/${build.record_id}`)
    assert.deepEqual(
      steps.map((one: { step_id: number }) => one.step_id),
      Array.from({ length: 10_000 }, (_, i) => i + 1),
    )
  })

  test('refusals', async () => {
    const build = await caller.newBuild()
    assertRefused(await caller.get(`/api/v1/builds/${nowhere(build).record_id}`), 404, 'DEVCB.00031006')
    assertRefused(await caller.get('/api/v1/builds/x'), 400, 'CB.00060200', /record_id/)
    assertRefused(await send(server.url, 'GET', `/api/v1/builds/${build.record_id}`), 401, 'APIGW.0301')
  })
})
