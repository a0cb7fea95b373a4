/**
 * Short look-ups of one build or of a job's newest: build-info, build-info-record, status,
 * running-status, history-details.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lookUp, lookUpResult, nowhere } from '../../props/lookup.ts'
import { assertRefused, type BuildAnswer, send } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const userId = (await caller.get('/api/v1/users')).json().users[0].id

const buildInfo = (build: BuildAnswer) => `/v1/job/${build.job_id}/${build.build_no}/build-info`
const infoRecord = (build: BuildAnswer) => `/v1/record/${build.job_id}/${build.build_no}/build-info-record`
const running = (build: BuildAnswer) => `/v1/job/${build.job_id}/running-status`
const status = (build: BuildAnswer) => `/v1/job/${build.job_id}/status`
const statusV3 = (build: BuildAnswer) => `/v3/jobs/${build.job_id}/status`
const details = (build: BuildAnswer) => `/v3/jobs/${build.job_id}/${build.build_no}/history-details`

test('build-info says whether a build runs, and then how it ended', async () => {
  const build = await caller.newBuild()
  assert.deepEqual(await lookUpResult(caller, buildInfo(build)), {
    building: true,
    build_result: null,
    region: null,
  })
  await caller.finishBuild(build, { status: 'FAILURE' })
  assert.deepEqual(await lookUpResult(caller, buildInfo(build)), {
    building: false,
    build_result: 'FAILURE',
    region: null,
  })
})

test('build-info-record has numbers for number and times', async () => {
  const build = await caller.newBuild()
  const record = await lookUpResult(caller, infoRecord(build))
  assert.ok(Number.isInteger(record.start_time) && Math.abs(record.start_time - Date.now()) < 60_000)
  const expected = {
    number: build.build_no,
    build_time: null,
    start_time: record.start_time,
    job_running_status: 'Running',
    state: 'RUNNING',
    user_id: userId,
    executor: null,
    nickname: null,
    daily_build_number: null,
    trigger_type: null,
    cost_time: null,
    commit_id: null,
    commit_info: null,
    build_type: null,
    code_branch: null,
    scm_type: null,
    scm_web_url: null,
    commit_detail_url: null,
  }
  assert.deepEqual(record, expected)
  await caller.finishBuild(build)
  const finished = await lookUpResult(caller, infoRecord(build))
  const { build_time } = finished
  assert.ok(Number.isInteger(build_time) && build_time >= 0)
  assert.deepEqual(finished, {
    ...expected,
    build_time,
    cost_time: build_time,
    job_running_status: 'Finished',
    state: 'SUCCESS',
  })
})

test('running-status and status follow the newest build of a job', async () => {
  const first = await caller.newBuild(1, { job_name: 'states' })
  assert.deepEqual(await lookUpResult(caller, running(first)), {
    is_running: true,
    last_build_no: '1',
    last_build_status: 'Running',
    last_job_id: first.job_id,
  })
  assert.deepEqual(await lookUp(caller, statusV3(first)), { result: true })
  await caller.finishBuild(first, { status: 'ABORTED' })
  assert.deepEqual(await lookUpResult(caller, running(first)), {
    is_running: false,
    last_build_no: '1',
    last_build_status: 'Finished',
    last_job_id: first.job_id,
  })
  assert.deepEqual(await lookUp(caller, statusV3(first)), { result: false })
  assert.deepEqual(await lookUpResult(caller, status(first)), {
    status: 'aborted',
    abort_status: 'aborted',
    label: null,
  })
  const second = await caller.newBuild(1, { job_name: 'states' })
  assert.equal((await lookUpResult(caller, running(first))).last_build_no, '2')
  assert.deepEqual(await lookUp(caller, statusV3(first)), { result: true })
  const none = { abort_status: null, label: null }
  assert.deepEqual(await lookUpResult(caller, status(first)), { status: 'running', ...none })
  assert.equal((await lookUpResult(caller, `${status(first)}?build_no=1`)).status, 'aborted')
  for (const outcome of ['SUCCESS', 'FAILURE']) {
    const build = await caller.newBuild(1, { job_name: 'states' })
    await caller.finishBuild(build, { status: outcome })
    assert.deepEqual(await lookUpResult(caller, status(build)), { status: outcome.toLowerCase(), ...none })
  }
  assert.equal((await lookUpResult(caller, `${status(first)}?build_no=${second.build_no}`)).status, 'running')
})

test('history-details lists the steps in their four words, without an envelope', async () => {
  const build = await caller.newBuild(6, { job_name: 'history' })
  for (const [step, outcome] of [
    [1, 'SUCCESS'],
    [2, 'FAILURE'],
    [3, 'ABORTED'],
  ] as const) {
    await caller.append(build, step, 0, 'x\n')
    await caller.finishStep(build, step, { status: outcome })
  }
  await caller.append(build, 4, 0, 'x\n')
  const answer = await lookUp(caller, details(build))
  for (const { build_time } of answer.build_steps) assert.ok(Number.isInteger(build_time) && build_time >= 0)
  const steps = (statuses: readonly string[]) =>
    statuses.map((one, index) => ({
      name: `step ${index + 1}`,
      status: one,
      build_time: answer.build_steps[index].build_time,
    }))
  assert.deepEqual(answer, {
    build_number: build.build_no,
    job_name: 'history',
    project_id: build.project_id,
    project_name: null,
    parameters: {},
    build_steps: steps(['success', 'error', 'error', 'running', '', '']),
  })
  assert.deepEqual(
    answer.build_steps.slice(3).map((one: { build_time: number }) => one.build_time),
    [0, 0, 0],
  )
  await caller.finishBuild(build)
  assert.equal((await lookUp(caller, details(build))).build_steps[5].status, '')
})

describe('refusals', async () => {
  const build = await caller.newBuild(1, { job_name: 'refusals' })
  for (const path of [buildInfo, infoRecord, running, status, statusV3, details])
    test(path(build).replaceAll(build.job_id, 'JOB'), async () => {
      assertRefused(await send(server.url, 'GET', path(build)), 401, 'APIGW.0301')
      assertRefused(await caller.get(path(nowhere(build))), 404, 'DEVCB.00031006')
      assertRefused(await caller.get(path({ ...build, job_id: 'J' })), 400, 'CB.00060201')
    })
  for (const path of [buildInfo, infoRecord, details])
    test(`${path(build).replaceAll(build.job_id, 'JOB')}: numbers`, async () => {
      assertRefused(await caller.get(path({ ...build, build_no: 7 })), 404, 'DEVCB.00031006')
      for (const build_no of ['0', '-1', '1e3', '2147483648'] as unknown[] as number[])
        assertRefused(await caller.get(path({ ...build, build_no })), 400, 'CB.00060200', /build_n/)
    })
  test('status of a build that is not there', async () => {
    assertRefused(await caller.get(`${status(build)}?build_no=7`), 404, 'DEVCB.00031006')
    for (const query of ['', '0', '-1', '1&build_no=1'])
      assertRefused(await caller.get(`${status(build)}?build_no=${query}`), 400, 'CB.00060200', /build_no/)
  })
})
