/**
 * Record-info of a build, under its three paths: how clients of the family come from job and number
 * to a record_id.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildProjectId, ISO_TIME, lookUp, lookUpResult, NO_NUMBERS } from '../../props/lookup.ts'
import { assertRefused, type BuildAnswer, send, UNKNOWN_JOB } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const userId = (await caller.get('/api/v1/users')).json().users[0].id

const v1 = (build: BuildAnswer) => `/v1/record/${build.job_id}/${build.build_no}/record-info`
const v3 = (build: BuildAnswer) => `/v3/jobs/${build.job_id}/${build.build_no}/record-info`
const v4 = (build: BuildAnswer) => `/v4/jobs/${build.job_id}/${build.build_no}/record-info`

/** Everything that record-info says of a running build; what Tailrace does not know is null. */
const expected = (build: BuildAnswer, created: string) => ({
  id: build.record_id,
  build_project_id: buildProjectId(build.job_id),
  build_record_id: build.record_id,
  parent_record_id: null,
  devcloud_project_id: build.project_id,
  codeci_job_id: build.job_id,
  user_id: userId,
  domain_id: null,
  build_no: build.build_no,
  daily_build_num: null,
  execution_id: null,
  repo_name: null,
  repo_id: null,
  branch: null,
  tag: null,
  commit: null,
  commit_message: null,
  commit_create_time: null,
  trigger_type: null,
  build_type: null,
  status: 'RUNNING',
  create_time: created,
  schedule_time: null,
  queued_time: null,
  start_time: created,
  runnable_time: null,
  finish_time: null,
  duration: null,
  record_status: null,
  use_private_slave: null,
  region: null,
  err_msg: null,
  build_config_type: null,
})

test('the record of a running build, in v1 and v4', async () => {
  await caller.newBuild(1, { job_name: 'record' })
  const build = await caller.newBuild(1, { job_name: 'record' })
  const info = await lookUpResult(caller, v1(build))
  assert.match(info.create_time, ISO_TIME)
  assert.ok(Math.abs(Date.parse(info.create_time) - Date.now()) < 60_000)
  assert.deepEqual(info, expected(build, info.create_time))
  assert.equal(info.build_no, 2)
  assert.deepEqual(await lookUpResult(caller, v4(build)), info)
})

test('the record in v3: another envelope, and a second name of its id', async () => {
  const build = await caller.newBuild()
  const info = await lookUpResult(caller, v1(build))
  assert.deepEqual(await lookUp(caller, v3(build)), {
    result: { ...info, buildRecordId: build.record_id },
    success: true,
    message: null,
    err_code: null,
  })
})

test('a finished build has its result, its end and its duration in milliseconds', async () => {
  for (const status of ['SUCCESS', 'FAILURE', 'ABORTED']) {
    const build = await caller.newBuild()
    const before = await lookUpResult(caller, v1(build))
    await caller.finishBuild(build, { status })
    const info = await lookUpResult(caller, v1(build))
    assert.match(info.finish_time, ISO_TIME)
    const duration = Date.parse(info.finish_time) - Date.parse(info.create_time)
    assert.deepEqual(info, { ...before, status, finish_time: info.finish_time, duration })
    assert.ok(Number.isInteger(duration) && duration >= 0)
  }
})

test('its build_record_id opens the log', async () => {
  const build = await caller.newLog('hello\n')
  const { build_record_id: record } = await lookUpResult(caller, v1(build))
  assert.equal((await caller.get(`/v4/${record}/task-log?task_name=stage1`)).text, 'hello\n')
})

describe('refusals, the same on all three paths', () => {
  for (const path of [v1, v3, v4]) {
    const nobody = { build_no: 1, job_id: UNKNOWN_JOB } as BuildAnswer
    test(`${path(nobody)}: unknown job or number`, async () => {
      const build = await caller.newBuild(1, { job_name: 'refusals' })
      assertRefused(await caller.get(path(nobody)), 404, 'DEVCB.00031006')
      for (const build_no of [build.build_no + 1, 2 ** 31 - 1])
        assertRefused(await caller.get(path({ ...build, build_no })), 404, 'DEVCB.00031006')
      assertRefused(await send(server.url, 'GET', path(build)), 401, 'APIGW.0301')
    })
    test(`${path(nobody)}: malformed`, async () => {
      for (const job_id of ['x', 'A'.repeat(32), 'a'.repeat(33)])
        assertRefused(await caller.get(path({ ...nobody, job_id })), 400, 'CB.00060201', /job_id/)
      for (const text of [...NO_NUMBERS.filter(one => one !== ''), '0', '2147483648'])
        assertRefused(
          await caller.get(path({ ...nobody, build_no: encodeURIComponent(text) as never })),
          400,
          'CB.00060200',
          /build_no/,
        )
    })
  }
})
