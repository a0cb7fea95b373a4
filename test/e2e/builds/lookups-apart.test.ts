/** Who finds what: projects stay apart, runners find what they made, upload tokens their build. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildProjectId, lookUp, nowhere } from '../../props/lookup.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  Caller,
  signIn,
  uploader,
} from '../../props/wire.ts'
import { inNewProject, startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const stranger = await inNewProject(caller)
const member = async (role: string) => {
  const user = { name: `the ${role}`, password: 'good-password-1' }
  assert.equal((await caller.post('/api/v1/users', { ...user, roles: [role] })).status, 201)
  return new Caller(server, { 'X-Auth-Token': await signIn(server.url, user) })
}
const [runner, reader] = [await member('runner'), await member('reader')]

/**
 * A job with a build of the admin, one of the runner and another of the admin; and a job of the
 * admin alone.
 */
const first = await caller.newBuild(1, { job_name: 'shared' })
const own = await runner.newBuild(1, { job_name: 'shared' })
const last = await caller.newBuild(1, { job_name: 'shared' })
const foreign = await caller.newBuild(1, { job_name: 'foreign' })

const today = () => {
  const text = (atMs: number) =>
    encodeURIComponent(new Date(atMs).toISOString().slice(0, 19).replace('T', ' '))
  return `start_time=${text(Date.now() - 86_400_000)}&end_time=${text(Date.now() + 86_400_000)}`
}

const statusOf = (build: BuildAnswer) => `/v1/job/${build.job_id}/status?build_no=${build.build_no}`

describe('another project', () => {
  test('has no status of a build by its number', async () => {
    const [there, unknown] = [
      await stranger.get(statusOf(first)),
      await stranger.get(statusOf(nowhere(first))),
    ]
    assertRefused(there, 404, 'DEVCB.00031006')
    assertSameRefusal(there, unknown)
  })

  test('the lists of a project hold its own jobs only', async () => {
    const strange = await stranger.newBuild(1, { job_name: 'strange' })
    assert.deepEqual(
      (await lookUp(stranger, '/api/v1/jobs')).jobs.map((job: { name: string }) => job.name),
      ['strange'],
    )
    for (const path of ['/v1/job/list', `/v1/job/${strange.project_id}/list`])
      assert.equal((await lookUp(stranger, path)).result.total, 1)
  })
})

/** What each list shows to a caller. */
async function listed(by: Caller, build: BuildAnswer) {
  const numbers = (list: readonly Record<string, unknown>[], name: string) =>
    list.map(one => Number(one[name]))
  const span = await lookUp(by, `/v1/record/${build.job_id}/list?${today()}`)
  const records = await lookUp(by, `/v1/record/${buildProjectId(build.job_id)}/records`)
  assert.equal(span.result.total_record, String(span.result.job_build_states.length))
  assert.equal(records.result.pagination.total, records.result.data.length)
  return {
    own: numbers((await lookUp(by, `/api/v1/jobs/${build.job_id}/builds`)).builds, 'build_no'),
    span: numbers(span.result.job_build_states, 'number'),
    records: numbers(records.result.data, 'build_no'),
    latest: (await lookUp(by, `/v1/job/${build.job_id}/running-status`)).result.last_build_no,
  }
}
async function jobs(by: Caller) {
  const own = (await lookUp(by, '/api/v1/jobs')).jobs
  const family = (await lookUp(by, '/v1/job/list')).result
  assert.equal(family.total, own.length)
  const pairs = family.job_list.map((one: Record<string, unknown>) => [
    one.job_name,
    Number(one.build_number),
  ])
  assert.deepEqual(
    own.map((one: { name: string; latest_build: { build_no: number } }) => [
      one.name,
      one.latest_build.build_no,
    ]),
    pairs,
  )
  return pairs
}
const all = (numbers: readonly number[]) => ({
  own: numbers,
  span: numbers,
  records: numbers,
  latest: numbers.length === 0 ? null : String(numbers[0]),
})

describe('a runner', () => {
  test('finds the status of builds it created, and is denied all others of its project', async () => {
    assert.equal((await runner.get(statusOf(own))).status, 200)
    assertRefused(await runner.get(statusOf(first)), 403, 'APIGW.0302')
    assertRefused(await runner.get(statusOf(nowhere(first))), 404, 'DEVCB.00031006')
  })

  test('sees in lists only what it made', async () => {
    assert.deepEqual(await jobs(runner), [['shared', own.build_no]])
    assert.deepEqual(await listed(runner, own), all([own.build_no]))
    assert.deepEqual(await listed(runner, foreign), all([]))
    assert.deepEqual(await lookUp(runner, `/v3/jobs/${foreign.job_id}/status`), { result: false })
    assert.equal((await lookUp(runner, `/v1/job/${foreign.job_id}/status`)).result.status, null)
    const [job] = (await lookUp(runner, '/v1/job/list')).result.job_list
    assert.equal(job.is_delete, false)
  })
})

test('readers and admins see all', async () => {
  for (const by of [reader, caller]) {
    assert.deepEqual(await jobs(by), [
      ['foreign', 1],
      ['shared', 3],
    ])
    assert.deepEqual(await listed(by, last), all([3, 2, 1]))
  }
})

describe('an upload token', () => {
  const holder = uploader(server, own)

  test('finds its build', async () => {
    assert.equal((await holder.get(statusOf(own))).status, 200)
    assert.deepEqual(await jobs(holder), [['shared', own.build_no]])
    assert.deepEqual(await listed(holder, own), all([own.build_no]))
  })

  test('learns nothing of others, not even whether they exist', async () => {
    for (const other of [first, foreign, nowhere(first)])
      assertRefused(await holder.get(statusOf(other)), 403, 'APIGW.0302')
    assertRefused(await holder.get(`/v1/job/${'0'.repeat(32)}/list`), 403, 'APIGW.0302')
  })
})
