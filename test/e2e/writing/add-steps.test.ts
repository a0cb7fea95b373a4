/** `POST /api/v1/builds/{record_id}/steps` (docs/api.md §4). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertRefused, type BuildAnswer, logPath, send, UNKNOWN_RECORD, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const path = (record: string) => `/api/v1/builds/${record}/steps`
const add = (build: BuildAnswer, body: unknown) => caller.post(path(build.record_id), body)
const numbers = (build: BuildAnswer) => build.steps.map(step => step.step_id)

test('a new step gets the next number and a log', async () => {
  const build = await caller.newBuild(2)
  const reply = await add(build, { steps: [{ name: 'later' }] })
  assert.equal(reply.status, 201, reply.text)
  assert.ok(numbers(reply.json()).includes(3))
  assert.equal((await caller.append(build, 3, 0, 'x\n')).status, 204)
  assert.equal((await caller.page(build, { step_id: 3 })).json().result.log, 'x\n')
})

test('a new step may name its number', async () => {
  const build = await caller.newBuild(1)
  assert.equal((await add(build, { steps: [{ name: 'far', step_id: 999 }] })).status, 201)
  assert.equal((await caller.append(build, 999, 0, 'x\n')).status, 204)
})

test('the same again is 200 and adds nothing', async () => {
  const build = await caller.newBuild(1)
  const steps = [{ name: 'two', step_id: 2 }]
  const first = await add(build, { steps })
  await caller.append(build, 2, 0, 'x\n')
  const second = await add(build, { steps })
  assert.deepEqual([first.status, second.status], [201, 200])
  assert.deepEqual(numbers(second.json()), numbers(first.json()))
  assert.equal((await caller.get(logPath(build, 2))).text, 'x\n')
})

test('another name for a number in use is 409 and adds nothing', async () => {
  const build = await caller.newBuild(1)
  assertRefused(
    await add(build, {
      steps: [
        { name: 'new', step_id: 2 },
        { name: 'other', step_id: 1 },
      ],
    }),
    409,
    /^TR\./,
  )
  assertRefused(await caller.get(logPath(build, 2)), 404, 'DEVCB.00031006')
})

test('an upload token may add steps to its build', async () => {
  const build = await caller.newBuild(0)
  assert.equal(
    (await uploader(server, build).post(path(build.record_id), { steps: [{ name: 'x' }] })).status,
    201,
  )
})

describe('refusals', async () => {
  const build = await caller.newBuild(1)

  for (const body of [
    {},
    { steps: 'x' },
    { steps: [{}] },
    { steps: [{ name: '' }] },
    { steps: [{ name: 'x', step_id: 0 }] },
    {
      steps: [
        { name: 'x', step_id: 2 },
        { name: 'y', step_id: 2 },
      ],
    },
    [],
    '{',
    '',
  ])
    test(`${JSON.stringify(body)} is 400`, async () => {
      assertRefused(await add(build, body), 400, 'CB.00060200')
    })

  test('checks credentials, form and existence in this order', async () => {
    assertRefused(await send(server.url, 'POST', path('x'), {}, '{'), 401, 'APIGW.0301')
    assertRefused(await caller.post(path(UNKNOWN_RECORD), {}), 400, 'CB.00060200')
    assertRefused(await caller.post(path('x'), { steps: [] }), 400, 'CB.00060200', /record_id/)
    assertRefused(await caller.post(path(UNKNOWN_RECORD), { steps: [{ name: 'x' }] }), 404, 'DEVCB.00031006')
  })

  test('steps beyond 10,000 are rejected', async () => {
    const full = await caller.newBuild(9_999)
    assert.equal((await add(full, { steps: [{ name: 'last' }] })).status, 201)
    assertRefused(await add(full, { steps: [{ name: 'one too many' }] }), 400, 'CB.00060200', /steps/)
  })
})
