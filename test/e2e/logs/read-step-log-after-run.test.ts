/**
 * `GET /v1/log/task/page`: pages of 1000 lines of a step's log. What it shares with task/step is
 * tested there.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeNumbers, NO_JOB_IDS, type Query, urlOf } from '../../props/parameters.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  pagePath,
  send,
  UNKNOWN_JOB,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { lines } from './pages.ts'

const { server, caller } = await startFixture()

const query = ({ job_id, build_no }: BuildAnswer): Query => ({
  path: '/v1/log/task/page',
  parameters: { job_id, build_no, step_id: 1, start_offset: 0, end_offset: 0 },
})

test('has 1000 lines for any size, and numbers as offsets', async () => {
  const build = await caller.newLog(lines(2500))
  for (const more of [{}, { size: 1 }, { size: 'x' }]) {
    const reply = await caller.get(urlOf(query(build), more))
    assert.match(String(reply.headers['content-type']), /^application\/json; ?charset=utf-8$/i)
    assert.deepEqual(reply.json(), {
      result: {
        start_offset: 0,
        end_offset: lines(1000).length,
        log: lines(1000),
        has_more: true,
        location: 'tailrace',
      },
      error: null,
      status: 'success',
    })
  }
})

test('is the page of task/step with the same window and order', async () => {
  const build = await caller.newLog(lines(1200), { live: true })
  for (const window of [{}, { start_offset: 5, end_offset: 70 }, { sort: 'DESC' }, { start_offset: 99_999 }])
    assert.deepEqual(
      (await caller.get(urlOf(query(build), window))).json(),
      (await caller.get(pagePath(build, window))).json(),
    )
})

test('has offsets as strings of digits if the settings say so', async () => {
  const { caller: by } = await startFixture({ env: { TAILRACE_OFFSET_FORMAT: 'string' } })
  const { result } = (await by.get(urlOf(query(await by.newLog('one\n'))))).json()
  assert.deepEqual([result.start_offset, result.end_offset], ['0', '4'])
})

describe('parameters', async () => {
  const build = await caller.newLog(lines(3))
  const all = query(build)
  describeNumbers(caller, all, {
    mandatory: ['build_no', 'step_id'],
    optional: ['start_offset', 'end_offset'],
  })

  test('job_id must be there, once, and in its form', async () => {
    assertRefused(await caller.get(urlOf(all, {}, 'job_id')), 400, 'CB.00060200', /job_id/)
    assertRefused(await caller.get(`${urlOf(all)}&job_id=1`), 400, 'CB.00060200', /job_id/)
    for (const job_id of NO_JOB_IDS)
      assertRefused(await caller.get(urlOf(all, { job_id })), 400, 'CB.00060201', /job_id/)
  })

  test('numbers out of range and other orders are 400', async () => {
    for (const [name, value] of [
      ['build_no', 0],
      ['build_no', 2 ** 31],
      ['step_id', 0],
      ['sort', 'up'],
    ] as const)
      assertRefused(await caller.get(urlOf(all, { [name]: value })), 400, 'CB.00060200', new RegExp(name))
  })

  test('checks authentication, authorization, form and existence in this order', async () => {
    assertRefused(await send(server.url, 'GET', urlOf(all, { step_id: 'x' })), 401, 'APIGW.0301')
    const other = uploader(server, await caller.newBuild())
    assertRefused(await other.get(urlOf(all)), 403, 'APIGW.0302')
    assertRefused(await caller.get(urlOf(all, { job_id: UNKNOWN_JOB, step_id: 'x' })), 400, 'CB.00060200')
    const replies = []
    for (const change of [{ job_id: UNKNOWN_JOB }, { build_no: 77 }, { step_id: 77 }])
      replies.push(await caller.get(urlOf(all, change)))
    for (const reply of replies) {
      assertRefused(reply, 404, 'DEVCB.00031006')
      assertSameRefusal(reply, replies[0]!)
    }
  })
})
