import assert from 'node:assert/strict'
import { OPERATIONS } from '../../src/contract/operations.ts'
import { buildProjectId } from '../props/lookup.ts'
import type { BuildAnswer, Caller } from '../props/wire.ts'

const STAMP = '[2026/01/31 10:00:00.000 GMT+08:00]'
export const FIRST = `${STAMP} [INFO] caf\u00e9 \u2713 \u{1f600} begins\n${STAMP} [DEBUG] with details\n`
export const SECOND = `${STAMP} [ERROR] 100% & a+b=c?\n`
export const WITHOUT_DEBUG = FIRST.replace(/.*\[DEBUG\].*\n/, '')
/** Every character that a name may contain can be signed. */
export const JOB_NAME = "compat & more: (a+b)*c = 'd'~e_f/g?h#i \u00e9\u2713"

/** A finished build of two steps with the logs FIRST and SECOND. */
export async function newSampleBuild(caller: Caller, record_id: string): Promise<BuildAnswer> {
  const build = await caller.newBuild(2, { job_name: JOB_NAME, record_id })
  for (const [step, log] of [
    [1, FIRST],
    [2, SECOND],
  ] as const) {
    assert.equal((await caller.append(build, step, 0, log)).status, 204)
    assert.equal((await caller.finishStep(build, step)).status, 200)
  }
  assert.equal((await caller.finishBuild(build)).status, 200)
  return build
}

const day = (fromNow: number) =>
  new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 19).replace('T', ' ')

/** A value for every parameter of a read, by its name. */
export function sampleOf(build: BuildAnswer, name: string): string | number | boolean {
  const values: Readonly<Record<string, string | number | boolean>> = {
    job_id: build.job_id,
    build_no: build.build_no,
    build_number: build.build_no,
    record_id: build.record_id,
    step_id: 1,
    project_id: build.project_id,
    build_project_id: buildProjectId(build.job_id),
    start_offset: 0,
    end_offset: 0,
    size: '1000',
    sort: 'AES',
    offset: 0,
    length: 1000,
    task_name: 'stage1',
    log_level: 'DEBUG',
    compress: false,
    cascade: false,
    limit: 10,
    page: 0,
    page_index: 0,
    page_size: 10,
    search: JOB_NAME,
    start_time: day(-1),
    end_time: day(1),
    from_date: day(-1),
    to_date: day(1),
    q: '100% & a+b=c?',
    regex: false,
    case: true,
    count_only: false,
    from: 1,
    count: 10,
  }
  const value = values[name]
  assert.ok(value !== undefined, `what should ${name} be?`)
  return value
}

/** Filters that Tailrace answers with nothing, and cursors that come of an answer. */
export const LEFT_OUT = ['triggers', 'branches', 'tags', 'cursor']

/** The reads of builds, jobs and logs. */
export const READS = OPERATIONS.filter(
  ({ method, path }) =>
    method === 'GET' && /^\/(v[134]\/(log|record|job|jobs|:record_id)|api\/v1\/(builds|jobs))\b/.test(path),
)
