/** GET /v1/record/{record_id}/full-stages: the stages of a build, in the family's exact form. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ISO_TIME, stageUuid } from '../../props/lookup.ts'
import { assertRefused, send, UNKNOWN_RECORD } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const stagesOf = async (record: string, more = '') => {
  const reply = await caller.get(`/v1/record/${record}/full-stages${more}`)
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.headers['content-type'], 'application/json;charset=UTF-8')
  return reply.json()
}

test('in a new build the initial stage is done and all others are to come', async () => {
  const build = await caller.newBuild(2)
  const answer = await stagesOf(build.record_id)
  const { initial, stage1, stage2, final } = answer.result.build_stages
  assert.match(initial.create_time, ISO_TIME)
  const begun = { start_time: initial.create_time, finish_time: initial.create_time }
  const stage = (name: string, sequence: number, more: object) => ({
    id: stageUuid(build.record_id, name),
    status: 'WAITING',
    status_code: 1,
    log_status: null,
    create_time: initial.create_time,
    schedule_time: null,
    queued_time: null,
    start_time: null,
    finish_time: null,
    duration: null,
    build_duration: null,
    pending_duration: null,
    build_record_id: build.record_id,
    execution_id: null,
    execution_stage_name: name,
    display_name: name,
    node_id: null,
    sequence,
    ...more,
  })
  assert.deepEqual(initial, {
    ...stage('initial', 0, { status: 'SUCCESS', status_code: 5, duration: 0, build_duration: 0, node_id: 0 }),
    ...begun,
  })
  assert.deepEqual(stage1, stage('stage1', 1, { display_name: 'step 1' }))
  assert.deepEqual(stage2, stage('stage2', 2, { display_name: 'step 2' }))
  assert.deepEqual(final, stage('final', 3, {}))
  assert.deepEqual(Object.keys(answer.result.build_stages), ['initial', 'stage1', 'stage2', 'final'])
  assert.deepEqual(answer, {
    result: { build_stages: { initial, stage1, stage2, final }, check_stages: null },
    error: null,
    status: 'success',
  })
})

test('node_id is the number for log reads as soon as the step has begun, and stays', async () => {
  const build = await caller.newBuild(3)
  await caller.append(build, 2, 0, 'now\n')
  const running = (await stagesOf(build.record_id)).result.build_stages
  assert.deepEqual(
    [running.stage1.node_id, running.stage2.node_id, running.stage2.status, running.stage2.status_code],
    [null, 2, 'RUNNING', 2],
  )
  assert.match(running.stage2.start_time, ISO_TIME)
  assert.equal(running.stage2.finish_time, null)
  await caller.finishStep(build, 2, { status: 'FAILURE' })
  await caller.append(build, 1, 0, 'later\n')
  await caller.finishStep(build, 1)
  await caller.finishBuild(build, { status: 'ABORTED' })
  const { initial, stage1, stage2, stage3, final } = (await stagesOf(build.record_id)).result.build_stages
  assert.deepEqual(
    [initial, stage1, stage2, stage3, final].map(one => [one.status, one.status_code, one.node_id]),
    [
      ['SUCCESS', 5, 0],
      ['SUCCESS', 5, 1],
      ['FAILURE', 6, 2],
      ['ABORTED', 8, null],
      ['ABORTED', 8, 4],
    ],
  )
  assert.equal(
    stage2.duration,
    Date.parse(stage2.finish_time) - Date.parse(stage2.start_time),
    'milliseconds from start to finish',
  )
  assert.deepEqual(
    [stage2.id, stage2.start_time],
    [running.stage2.id, running.stage2.start_time],
    'the id does not change',
  )
  const page = await caller.page(build, { step_id: stage2.node_id })
  assert.equal(page.json().result.log, 'now\n')
})

test('steps with gaps between their numbers keep them, and final comes last', async () => {
  const build = await caller.newBuild(0, {
    steps: [
      { name: 'late', step_id: 40 },
      { name: 'Ünïcode', step_id: 7 },
    ],
  })
  const stages = (await stagesOf(build.record_id)).result.build_stages
  assert.deepEqual(
    Object.values<{ sequence: number; display_name: string }>(stages).map(one => [
      one.sequence,
      one.display_name,
    ]),
    [
      [0, 'initial'],
      [7, 'Ünïcode'],
      [40, 'late'],
      [41, 'final'],
    ],
  )
  assert.deepEqual(Object.keys(stages), ['initial', 'stage7', 'stage40', 'final'])
})

test('a build without steps has its first and last stage', async () => {
  const build = await caller.newBuild(0)
  assert.deepEqual(Object.keys((await stagesOf(build.record_id)).result.build_stages), ['initial', 'final'])
})

test('cascade may be said and changes nothing', async () => {
  const build = await caller.newBuild(1)
  const plain = await stagesOf(build.record_id)
  assert.deepEqual(await stagesOf(build.record_id, '?cascade=true'), plain)
  assert.deepEqual(await stagesOf(build.record_id, '?cascade=false&unknown=1'), plain)
})

describe('refusals', () => {
  const path = (record: string, more = '') => `/v1/record/${record}/full-stages${more}`
  test('no credentials', async () => {
    assertRefused(await send(server.url, 'GET', path(UNKNOWN_RECORD)), 401, 'APIGW.0301')
  })
  for (const record of ['x', 'X'.repeat(36), 'a'.repeat(35), 'a'.repeat(37)])
    test(`record_id ${record}`, async () => {
      assertRefused(await caller.get(path(record)), 400, 'CB.00060200', /record_id/)
    })
  for (const cascade of ['', 'TRUE', '1', 'true&cascade=true'])
    test(`cascade=${cascade}`, async () => {
      assertRefused(
        await caller.get(path(UNKNOWN_RECORD, `?cascade=${cascade}`)),
        400,
        'CB.00060200',
        /cascade/,
      )
    })
  test('an unknown record', async () => {
    assertRefused(await caller.get(path(UNKNOWN_RECORD)), 404, 'DEVCB.00031006')
  })
})
