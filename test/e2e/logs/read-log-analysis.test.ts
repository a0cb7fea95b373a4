/**
 * `GET /v1/log/{job_id}/{build_no}/analysis`: the shape of the API family, with nothing found;
 * docs/api.md §1.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeNumbers, NO_JOB_IDS, urlOf } from '../../props/parameters.ts'
import { assertRefused, assertSameRefusal, send, UNKNOWN_JOB, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newLog('make: *** [all] Error 2\n')
const pathOf = (job: string, no: number | string) => `/v1/log/${job}/${no}/analysis`
const path = pathOf(build.job_id, build.build_no)

test('is an empty list with the name of the job, under both names', async () => {
  const reply = await caller.get(path)
  assert.equal(reply.status, 200, reply.text)
  assert.match(String(reply.headers['content-type']), /^application\/json; ?charset=utf-8$/i)
  assert.deepEqual(reply.json(), {
    result: { jobName: 'contract tests', job_name: 'contract tests', error_nodes: [] },
    error: null,
    status: 'success',
  })
})

describe('parameters', () => {
  describeNumbers(caller, { path, parameters: { limit: 10, offset: 0 } }, { optional: ['limit', 'offset'] })

  test('limit is 1 to 100, offset any page', async () => {
    for (const query of ['limit=1', 'limit=100', 'offset=9007199254740991', 'limit=7&offset=3&x=1&x=2'])
      assert.equal((await caller.get(`${path}?${query}`)).status, 200, query)
    for (const limit of [0, 101])
      assertRefused(await caller.get(urlOf({ path, parameters: { limit } })), 400, 'CB.00060200', /limit/)
  })

  test('job_id and build_no out of their form are 400', async () => {
    for (const no of [0, 2 ** 31, 'x', '-1'])
      assertRefused(await caller.get(pathOf(build.job_id, no)), 400, 'CB.00060200', /build_no/)
    for (const job of NO_JOB_IDS)
      assertRefused(await caller.get(pathOf(job, 1)), 400, 'CB.00060201', /job_id/)
  })
})

test('checks authentication, authorization, form and existence in this order', async () => {
  assertRefused(await send(server.url, 'GET', `${path}?limit=x`), 401, 'APIGW.0301')
  const other = uploader(server, await caller.newBuild())
  assertRefused(await other.get(path), 403, 'APIGW.0302')
  assertRefused(await caller.get(`${pathOf(UNKNOWN_JOB, 1)}?limit=x`), 400, 'CB.00060200', /limit/)
  const replies = [await caller.get(pathOf(UNKNOWN_JOB, 1)), await caller.get(pathOf(build.job_id, 77))]
  assertRefused(replies[0]!, 404, 'DEVCB.00031006')
  assertSameRefusal(replies[0]!, replies[1]!)
})
