/** The builds of a job as the family lists them: by span of time, and by build project. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildProjectId, ISO_TIME, lookUpResult, NO_NUMBERS, nowhere } from '../../props/lookup.ts'
import { assertRefused, type BuildAnswer, send } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const DAY_MS = 24 * 3600 * 1000
const text = (atMs: number) => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
const query = (fromMs: number, toMs: number) =>
  `start_time=${encodeURIComponent(text(fromMs))}&end_time=${encodeURIComponent(text(toMs))}`
const today = () => query(Date.now() - DAY_MS, Date.now() + DAY_MS)

const v1 = (job: string, more: string) => `/v1/record/${job}/list?${more}`
const v3 = (job: string, more: string) => `/v3/jobs/${job}/build-info-records?${more}`
const records = (job: string, more = '') => `/v1/record/${buildProjectId(job)}/records?${more}`

const newBuilds = async (job: string, count: number) => {
  const builds: BuildAnswer[] = []
  for (let i = 0; i < count; i++) builds.push(await caller.newBuild(1, { job_name: job }))
  return builds
}

describe('by span', () => {
  test('the newest build comes first, each as build-info-record shows it; the totals are strings', async () => {
    const [build] = await newBuilds('span', 12)
    const { job_id: job } = build!
    const list = await lookUpResult(caller, v1(job, today()))
    const { job_build_states: states, ...totals } = list
    assert.deepEqual(totals, { health_score: '', page_index: '0', total_page: '2', total_record: '12' })
    assert.deepEqual(
      states.map((one: { number: number }) => one.number),
      [12, 11, 10, 9, 8, 7, 6, 5, 4, 3],
    )
    assert.deepEqual(states[9], await lookUpResult(caller, `/v1/record/${job}/3/build-info-record`))
    assert.deepEqual(await lookUpResult(caller, v3(job, today())), list)
  })

  test('pages of any size go through all builds and then are empty', async () => {
    const [build] = await newBuilds('pages', 5)
    const page = async (index: number, size: number) => {
      const more = `${today()}&page_index=${index}&page_size=${size}`
      const { job_build_states, ...totals } = await lookUpResult(caller, v1(build!.job_id, more))
      return [
        totals.page_index,
        totals.total_page,
        job_build_states.map((one: { number: number }) => one.number),
      ]
    }
    assert.deepEqual(await page(0, 2), ['0', '3', [5, 4]])
    assert.deepEqual(await page(2, 2), ['2', '3', [1]])
    assert.deepEqual(await page(3, 2), ['3', '3', []])
    assert.deepEqual(await page(0, 100), ['0', '1', [5, 4, 3, 2, 1]])
    assert.deepEqual(await page(0, 0), ['0', '1', [5, 4, 3, 2, 1]])
    assert.deepEqual(await page(2 ** 31 - 1, 100), ['2147483647', '1', []])
  })

  test('builds outside of the span are left out; both of its ends count, to the second, in UTC', async () => {
    const [build] = await newBuilds('ends', 1)
    const { start_time: madeMs } = await lookUpResult(
      caller,
      `/v1/record/${build!.job_id}/1/build-info-record`,
    )
    const found = async (fromMs: number, toMs: number) =>
      (await lookUpResult(caller, v1(build!.job_id, query(fromMs, toMs)))).total_record
    assert.equal(await found(madeMs, madeMs), '1')
    assert.equal(await found(madeMs - DAY_MS, madeMs), '1')
    assert.equal(await found(madeMs, madeMs + DAY_MS), '1')
    assert.equal(await found(madeMs - DAY_MS, madeMs - 1000), '0')
    assert.equal(await found(madeMs + 1000, madeMs + DAY_MS), '0')
    const empty = await lookUpResult(caller, v1(build!.job_id, query(0, DAY_MS)))
    assert.deepEqual(empty, {
      health_score: '',
      page_index: '0',
      total_page: '0',
      total_record: '0',
      job_build_states: [],
    })
  })

  test('a span of 31 days is accepted, one second more is rejected with its own code', async () => {
    const [build] = await newBuilds('long', 1)
    const end = Date.UTC(2026, 2, 1)
    for (const path of [v1, v3]) {
      assert.equal((await caller.get(path(build!.job_id, query(end - 31 * DAY_MS, end)))).status, 200)
      const longer = path(build!.job_id, query(end - 31 * DAY_MS - 1000, end))
      assertRefused(await caller.get(longer), 400, 'CB.00031105', /31 days/)
    }
  })

  test('invalid times, times in the wrong order and invalid numbers are rejected', async () => {
    const [build] = await newBuilds('forms', 1)
    for (const path of [v1, v3]) {
      const get = (more: string) => caller.get(path(build!.job_id, more))
      for (const bad of [
        '',
        '2026-02-30 00:00:00',
        '2026-01-01',
        '2026-01-01T00:00:00',
        '2026-13-01 00:00:00',
        '2026-01-01 24:00:00',
        '2026-01-01 00:60:00',
      ])
        for (const name of ['start_time', 'end_time']) {
          const other = name === 'start_time' ? 'end_time' : 'start_time'
          const more = `${name}=${encodeURIComponent(bad)}&${other}=2026-01-01%2000:00:00`
          assertRefused(await get(more), 400, 'CB.00060200', new RegExp(name))
        }
      assertRefused(await get('end_time=2026-01-01%2000:00:00'), 400, 'CB.00060200', /start_time is missing/)
      assertRefused(await get(query(DAY_MS, 0)), 400, 'CB.00060200', /end_time is before start_time/)
      for (const name of ['page_index', 'page_size'])
        for (const bad of NO_NUMBERS)
          assertRefused(
            await get(`${today()}&${name}=${encodeURIComponent(bad)}`),
            400,
            'CB.00060200',
            new RegExp(name),
          )
      assertRefused(await get(`${today()}&page_size=101`), 400, 'CB.00060200', /page_size/)
      assertRefused(await get(`${today()}&page_size=1&page_size=1`), 400, 'CB.00060200', /page_size/)
      assertRefused(await caller.get(path(nowhere(build!).job_id, today())), 404, 'DEVCB.00031006')
      assertRefused(await send(server.url, 'GET', path(build!.job_id, today())), 401, 'APIGW.0301')
    }
  })

  test('a blank may be written as plus', async () => {
    const [build] = await newBuilds('plus', 1)
    const reply = await caller.get(v1(build!.job_id, today().replaceAll('%20', '+')))
    assert.equal(reply.json().result.total_record, '1')
  })
})

describe('by build project', () => {
  test('a record has all its fields, and the same under its own path', async () => {
    const [build] = await newBuilds('project', 1)
    await caller.finishBuild(build!, { status: 'FAILURE' })
    const { data, ...rest } = await lookUpResult(caller, records(build!.job_id))
    assert.deepEqual(rest, { pagination: { page: 0, limit: 10, total: 1 } })
    const [record] = data
    for (const time of [record.create_time, record.finish_time]) assert.match(time, ISO_TIME)
    const duration = Date.parse(record.finish_time) - Date.parse(record.create_time)
    const users = (await caller.get('/api/v1/users')).json().users
    assert.deepEqual(record, {
      id: build!.record_id,
      status: 'FAILURE',
      status_code: 6,
      create_time: record.create_time,
      schedule_time: null,
      queued_time: null,
      start_time: record.create_time,
      finish_time: record.finish_time,
      duration,
      build_duration: duration,
      pending_duration: null,
      project_id: buildProjectId(build!.job_id),
      display_name: 'project',
      trigger_name: null,
      group_name: null,
      execution_id: null,
      parameters: [],
      repository: null,
      branch: null,
      revision: null,
      build_yml_path: null,
      build_yml_url: null,
      daily_build_number: null,
      build_record_type: null,
      trigger_type: null,
      scm_type: null,
      scm_web_url: null,
      user_id: users[0].id,
      build_no: '1',
      daily_build_no: null,
      dev_cloud_build_type: null,
    })
    assert.deepEqual(await lookUpResult(caller, `/v1/record/${build!.record_id}/info`), record)
  })

  test('clients that ask for page after page until one is empty see each build once, newest first', async () => {
    const [build] = await newBuilds('loop', 7)
    const numbers: string[] = []
    for (let page = 0; ; page++) {
      const { data, pagination } = await lookUpResult(caller, records(build!.job_id, `limit=3&page=${page}`))
      assert.deepEqual(pagination, { page, limit: 3, total: 7 })
      if (data.length === 0) break
      numbers.push(...data.map((one: { build_no: string }) => one.build_no))
    }
    assert.deepEqual(numbers, ['7', '6', '5', '4', '3', '2', '1'])
  })

  test('a span may be open at either end', async () => {
    const [build] = await newBuilds('open', 2)
    const total = async (more: string) =>
      (await lookUpResult(caller, records(build!.job_id, more))).pagination.total
    const at = (atMs: number) => encodeURIComponent(text(atMs))
    assert.equal(await total(`from_date=${at(Date.now() - DAY_MS)}`), 2)
    assert.equal(await total(`from_date=${at(Date.now() + DAY_MS)}`), 0)
    assert.equal(await total(`to_date=${at(Date.now() + DAY_MS)}`), 2)
    assert.equal(await total(`to_date=${at(Date.now() - DAY_MS)}`), 0)
    assert.equal(await total(`from_date=${at(0)}&to_date=${at(Date.now() + DAY_MS)}`), 2)
  })

  test('no build has a branch, tag or trigger that a filter could want', async () => {
    const [build] = await newBuilds('filters', 1)
    for (const filter of ['branches=main', 'tags=v1&tags=v2', 'triggers=MANUAL'])
      assert.deepEqual(await lookUpResult(caller, records(build!.job_id, filter)), {
        pagination: { page: 0, limit: 10, total: 0 },
        data: [],
      })
    assert.equal((await lookUpResult(caller, records(build!.job_id, 'branches='))).pagination.total, 1)
  })

  test('refusals', async () => {
    const [build] = await newBuilds('refusals', 1)
    const get = (more: string) => caller.get(records(build!.job_id, more))
    for (const limit of ['0', '101', ...NO_NUMBERS])
      assertRefused(await get(`limit=${encodeURIComponent(limit)}`), 400, 'CB.00060200', /limit/)
    for (const page of NO_NUMBERS)
      assertRefused(await get(`page=${encodeURIComponent(page)}`), 400, 'CB.00060200', /page/)
    assertRefused(await get('from_date=yesterday'), 400, 'CB.00060200', /from_date/)
    assertRefused(await caller.get('/v1/record/x/records'), 400, 'CB.00060200', /build_project_id/)
    for (const id of [buildProjectId(nowhere(build!).job_id), 'a'.repeat(36), `${build!.job_id}----`])
      for (const filter of ['', '?branches=x'])
        assertRefused(await caller.get(`/v1/record/${id}/records${filter}`), 404, 'DEVCB.00031006')
    assertRefused(await caller.get(`/v1/record/${nowhere(build!).record_id}/info`), 404, 'DEVCB.00031006')
    assertRefused(await caller.get('/v1/record/x/info'), 400, 'CB.00060200', /record_id/)
  })
})
