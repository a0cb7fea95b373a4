/** Lists of jobs: Tailrace's own with cursors, and the family's two with numbered pages. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { buildProjectId, lookUp, lookUpResult, NO_NUMBERS } from '../../props/lookup.ts'
import { assertRefused, send } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const userId = (await caller.get('/api/v1/users')).json().users[0].id

test('there is no job until the first build', async () => {
  assert.deepEqual(await lookUp(caller, '/api/v1/jobs'), { jobs: [], next_cursor: null })
  assert.deepEqual(await lookUpResult(caller, '/v1/job/list'), { job_list: [], total: 0 })
})

test('a job shows the current state of its newest build', async () => {
  await caller.newBuild(1, { job_name: 'shown' })
  const build = await caller.newBuild(1, { job_name: 'shown', source: 'jenkins' })
  const [job] = (await lookUp(caller, '/api/v1/jobs?limit=1')).jobs
  const latest = {
    record_id: build.record_id,
    job_id: build.job_id,
    job_name: 'shown',
    build_no: 2,
    source: 'jenkins',
    creator_id: userId,
    status: null,
    created_at: job.latest_build.created_at,
    finished_at: null,
  }
  assert.deepEqual(job, { job_id: build.job_id, name: 'shown', latest_build: latest })
  assert.equal(new Date(latest.created_at).toISOString(), latest.created_at)
  await caller.finishBuild(build, { status: 'ABORTED' })
  const finished = (await lookUp(caller, '/api/v1/jobs?limit=1')).jobs[0].latest_build
  assert.deepEqual(finished, { ...latest, status: 'ABORTED', finished_at: finished.finished_at })
  assert.ok(Date.parse(finished.finished_at) >= Date.parse(latest.created_at))
})

test("a job in the family's form, under both paths", async () => {
  const build = await caller.newBuild(1, { job_name: 'family' })
  const { job_list, total } = await lookUpResult(caller, '/v1/job/list?page_size=1')
  const expected = {
    id: build.job_id,
    job_name: 'family',
    build_project_id: buildProjectId(build.job_id),
    project_id: build.project_id,
    project_name: null,
    job_creator: null,
    user_id: null,
    user_name: null,
    nick_name: null,
    build_number: '1',
    task_id: null,
    last_build_time: job_list[0].last_build_time,
    last_build_status: null,
    last_job_running_status: 'Running',
    last_build_user: null,
    last_build_user_id: userId,
    is_finished: false,
    build_time: null,
    health_score: null,
    trigger_type: null,
    source_code: null,
    scm_type: null,
    scm_web_url: null,
    repo_id: null,
    code_branch: null,
    tag: null,
    commit_id: null,
    commit_detail_url: null,
    build_type: null,
    forbidden_msg: null,
    disabled: false,
    favorite: false,
    is_view: true,
    is_modify: false,
    is_delete: true,
    is_execute: false,
    is_copy: false,
    is_forbidden: false,
    project_permission_switch: false,
  }
  assert.deepEqual(job_list, [expected])
  assert.ok(Math.abs(expected.last_build_time - Date.now()) < 60_000)
  assert.deepEqual(await lookUp(caller, `/v1/job/${build.project_id}/list?page_size=1`), {
    result: { job_list, total },
    jobs: job_list,
    total,
    error: null,
    status: 'success',
  })
})

test('the result of the newest build is a color', async () => {
  for (const [status, color] of [
    ['SUCCESS', 'blue'],
    ['FAILURE', 'red'],
    ['ABORTED', 'aborted'],
  ]) {
    const next = await caller.newBuild(1, { job_name: 'colors' })
    await caller.finishBuild(next, { status })
    const [job] = (await lookUpResult(caller, '/v1/job/list?page_size=1')).job_list
    assert.ok(Number.isInteger(job.build_time) && job.build_time >= 0)
    assert.deepEqual(
      [job.last_build_status, job.last_job_running_status, job.is_finished, job.build_number],
      [color, 'Finished', true, String(next.build_no)],
    )
  }
})

test('a job whose builds were deleted is there, and has no newest build', async () => {
  const build = await caller.newBuild(1, { job_name: 'emptied' })
  await caller.finishBuild(build)
  assert.equal((await caller.send('DELETE', `/api/v1/builds/${build.record_id}`)).status, 204)
  const [job] = (await lookUp(caller, '/api/v1/jobs?limit=1')).jobs
  assert.deepEqual(job, { job_id: build.job_id, name: 'emptied', latest_build: null })
  const [listed] = (await lookUpResult(caller, '/v1/job/list?page_size=1')).job_list
  assert.deepEqual(
    [
      listed.id,
      listed.build_number,
      listed.last_build_time,
      listed.last_job_running_status,
      listed.is_finished,
    ],
    [build.job_id, null, null, null, true],
  )
  assert.deepEqual(await lookUpResult(caller, `/v1/job/${build.job_id}/running-status`), {
    is_running: false,
    last_build_no: null,
    last_build_status: null,
    last_job_id: build.job_id,
  })
  assert.deepEqual(await lookUp(caller, `/v3/jobs/${build.job_id}/status`), { result: false })
  assert.equal((await lookUpResult(caller, `/v1/job/${build.job_id}/status`)).status, null)
  assert.deepEqual((await lookUp(caller, `/api/v1/jobs/${build.job_id}/builds`)).builds, [])
})

describe('parts', () => {
  let project: string
  before(async () => {
    for (let i = 0; i < 25; i++) project = (await caller.newBuild(0, { job_name: `part ${i}` })).project_id
  })
  const newestFirst = Array.from({ length: 25 }, (_, i) => `part ${24 - i}`)

  test('cursors lead through all jobs, newest first, also past one that is made meanwhile', async () => {
    const names: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const part = await lookUp(caller, `/api/v1/jobs?limit=10${cursor === '' ? '' : `&cursor=${cursor}`}`)
      assert.ok(part.jobs.length <= 10)
      names.push(...part.jobs.map((job: { name: string }) => job.name))
      cursor = part.next_cursor
      await caller.newBuild(0, { job_name: `meanwhile ${names.length}` })
    }
    assert.deepEqual(names.slice(0, 25), newestFirst)
    assert.equal(new Set(names).size, names.length)
  })

  test('twenty without a limit, a hundred at most, and the last part says that it is', async () => {
    assert.equal((await lookUp(caller, '/api/v1/jobs')).jobs.length, 20)
    const all = await lookUp(caller, '/api/v1/jobs?limit=100')
    const exact = await lookUp(caller, `/api/v1/jobs?limit=${all.jobs.length}`)
    assert.deepEqual([all.next_cursor, exact.next_cursor, exact.jobs], [null, null, all.jobs])
    assert.notEqual((await lookUp(caller, `/api/v1/jobs?limit=${all.jobs.length - 1}`)).next_cursor, null)
  })

  test('numbered pages with a search go through the jobs whose name contains it', async () => {
    for (const path of ['/v1/job/list', `/v1/job/${project}/list`]) {
      const names: string[] = []
      for (let page = 0; ; page++) {
        const found = await lookUpResultOf(`${path}?search=part%20&page_size=10&page_index=${page}`)
        assert.equal(found.total, 25)
        if (found.job_list.length === 0) break
        names.push(...found.job_list.map((job: { job_name: string }) => job.job_name))
      }
      assert.deepEqual(names, newestFirst)
      assert.equal((await lookUpResultOf(`${path}?search=Part`)).total, 0)
      assert.equal((await lookUpResultOf(`${path}?search=%25`)).total, 0)
      assert.equal((await lookUpResultOf(`${path}?search=`)).job_list.length, 10)
    }
  })

  const lookUpResultOf = async (path: string) => (await lookUp(caller, path)).result

  test('refusals', async () => {
    const { next_cursor: cursor } = await lookUp(caller, '/api/v1/jobs?limit=1')
    const text = Buffer.from(cursor, 'base64url').toString()
    const forged = ['', 'x', '1', 'null', `${cursor}A`, cursor.slice(1), `${cursor}=`, 'a'.repeat(5000)]
    for (const other of [
      text.replace(/\d+/, '0'),
      text.replace(/\d+/, '-1'),
      text.replace(/\d+/, '1e3'),
      `${text} `,
      text.replace(/\d+/, '9'.repeat(17)),
      text.replace('jobs', 'builds'),
    ])
      forged.push(Buffer.from(other).toString('base64url'))
    for (const bad of forged)
      assertRefused(
        await caller.get(`/api/v1/jobs?cursor=${encodeURIComponent(bad)}`),
        400,
        'CB.00060200',
        /cursor/,
      )
    assertRefused(
      await caller.get(`/api/v1/jobs?cursor=${cursor}&cursor=${cursor}`),
      400,
      'CB.00060200',
      /cursor/,
    )
    for (const limit of ['0', '101', ...NO_NUMBERS])
      assertRefused(
        await caller.get(`/api/v1/jobs?limit=${encodeURIComponent(limit)}`),
        400,
        'CB.00060200',
        /limit/,
      )
    for (const path of ['/v1/job/list', `/v1/job/${project}/list`])
      for (const [name, value] of [
        ...NO_NUMBERS.map(one => ['page_index', one]),
        ['page_size', '101'],
      ] as const)
        assertRefused(
          await caller.get(`${path}?${name}=${encodeURIComponent(value!)}`),
          400,
          'CB.00060200',
          new RegExp(name!),
        )
    for (const path of ['/v1/job/list', '/api/v1/jobs', `/v1/job/${project}/list`])
      assertRefused(await send(server.url, 'GET', path), 401, 'APIGW.0301')
    assertRefused(await caller.get(`/v1/job/${'0'.repeat(32)}/list`), 404, 'DEVCB.00031006')
    assertRefused(await caller.get('/v1/job/x/list'), 400, 'CB.00060200', /project_id/)
  })
})
