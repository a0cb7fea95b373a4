/** `POST /api/v1/builds` (docs/api.md §4). */

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { assertRefused, logPath, send, UNKNOWN_JOB } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const create = (body: unknown) => caller.post('/api/v1/builds', body)

describe('the answer', () => {
  test('has the ids of the build and its steps', async () => {
    const reply = await create({
      job_name: 'ids',
      source: 'jenkins',
      steps: [{ name: 'checkout' }, { name: 'build' }],
    })
    assert.equal(reply.status, 201)
    const build = reply.json()
    assert.deepEqual(Object.keys(build).sort(), [
      'build_no',
      'job_id',
      'project_id',
      'record_id',
      'steps',
      'upload_token',
    ])
    assert.match(build.job_id, /^[0-9a-z]{32}$/)
    assert.match(build.record_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.match(build.project_id, /^[0-9a-f]{32}$/)
    assert.equal(build.build_no, 1)
    assert.ok(build.upload_token.length >= 32)
    for (const [n, step] of build.steps.entries()) {
      assert.equal(step.step_id, n + 1)
      assert.equal(step.task_name, `stage${n + 1}`)
      assert.equal(new URL(step.log_url, server.url).pathname, logPath(build, n + 1))
    }
    assert.equal(build.steps.length, 2)
  })

  test('numbers the builds of a job 1, 2, ..., and makes a job once for a name', async () => {
    const [first, second] = [
      (await create({ job_name: 'numbers' })).json(),
      (await create({ job_name: 'numbers' })).json(),
    ]
    assert.equal(second.job_id, first.job_id)
    assert.deepEqual([first.build_no, second.build_no], [1, 2])
    assert.notEqual(second.record_id, first.record_id)
    const third = (await create({ job_id: first.job_id })).json()
    assert.deepEqual([third.job_id, third.build_no], [first.job_id, 3])
    assert.notEqual((await create({ job_name: 'other numbers' })).json().job_id, first.job_id)
  })

  test('numbers builds that are made at the same time without gap or repeat', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => create({ job_name: 'race' })))
    const numbers = replies.map(reply => reply.json().build_no).sort((a, b) => a - b)
    assert.deepEqual(
      numbers,
      Array.from({ length: 20 }, (_, n) => n + 1),
    )
    assert.equal(new Set(replies.map(reply => reply.json().job_id)).size, 1)
  })

  test('keeps the numbers that steps name', async () => {
    const { steps } = (
      await create({
        job_name: 'named',
        steps: [
          { name: 'b', step_id: 7 },
          { name: 'a', step_id: 3 },
        ],
      })
    ).json()
    assert.deepEqual(steps.map((step: { step_id: number }) => step.step_id).sort(), [3, 7])
  })
})

describe('a record_id that the client made', () => {
  test('is the record of the build', async () => {
    const record_id = randomUUID()
    const reply = await create({ job_name: 'own id', record_id })
    assert.deepEqual([reply.status, reply.json().record_id], [201, record_id])
  })

  test('sent again is 200 and the same build, whose tokens all work', async () => {
    const body = { job_name: 'again', record_id: randomUUID(), steps: [{ name: 'one' }] }
    const first = await create(body)
    const second = await create(body)
    assert.deepEqual([first.status, second.status], [201, 200])
    // "The same answer": read as the same build. The token may be another one, as the server keeps
    // no token's text.
    const { upload_token: a, ...firstBuild } = first.json()
    const { upload_token: b, ...secondBuild } = second.json()
    assert.deepEqual(secondBuild, firstBuild)
    for (const token of [a, b]) {
      const reply = await send(server.url, 'GET', logPath(first.json(), 1), { 'X-Auth-Token': token })
      assert.equal(reply.status, 200)
    }
    assert.equal((await create({ job_name: 'again' })).json().build_no, 2)
  })

  test('sent many times at once is one build', async () => {
    const body = { job_name: 'at once', record_id: randomUUID() }
    const replies = await Promise.all(Array.from({ length: 10 }, () => create(body)))
    assert.equal(replies.filter(reply => reply.status === 201).length, 1)
    assert.deepEqual(new Set(replies.map(reply => reply.json().build_no)), new Set([1]))
  })
})

describe('what is malformed is 400 and makes nothing', () => {
  const before = create({ job_name: 'untouched' })
  for (const [what, body, names] of [
    ['no job', {}, /job/],
    ['an empty job name', { job_name: '' }, /job_name/],
    ['a job name of 129 characters', { job_name: 'x'.repeat(129) }, /job_name/],
    ['a job name that is no text', { job_name: 7 }, /job_name/],
    ['a record_id that is no UUID', { job_name: 'untouched', record_id: 'x' }, /record_id/],
    ['a record_id of 36 other characters', { job_name: 'untouched', record_id: '-'.repeat(36) }, /record_id/],
    ['a source that is no text', { job_name: 'untouched', source: {} }, /source/],
    ['steps that are no list', { job_name: 'untouched', steps: {} }, /steps/],
    ['a step without a name', { job_name: 'untouched', steps: [{}] }, /name/],
    ['a step with an empty name', { job_name: 'untouched', steps: [{ name: '' }] }, /name/],
    ['a step name of 129 characters', { job_name: 'untouched', steps: [{ name: 'x'.repeat(129) }] }, /name/],
    ['step 0', { job_name: 'untouched', steps: [{ name: 'x', step_id: 0 }] }, /step_id/],
    ['step -1', { job_name: 'untouched', steps: [{ name: 'x', step_id: -1 }] }, /step_id/],
    ['step 1.5', { job_name: 'untouched', steps: [{ name: 'x', step_id: 1.5 }] }, /step_id/],
    ['a step number in quotes', { job_name: 'untouched', steps: [{ name: 'x', step_id: '1' }] }, /step_id/],
    [
      'the same step twice',
      {
        job_name: 'untouched',
        steps: [
          { name: 'x', step_id: 1 },
          { name: 'y', step_id: 1 },
        ],
      },
      /step/,
    ],
    [
      '10,001 steps',
      { job_name: 'untouched', steps: Array.from({ length: 10_001 }, () => ({ name: 'x' })) },
      /steps/,
    ],
    ['a list', [], /body/i],
    ['null', 'null', /body/i],
    ['no JSON', '{', /JSON|body/i],
    ['nothing', '', /JSON|body/i],
  ] as const)
    test(what, async () => {
      await before
      assertRefused(await create(body), 400, 'CB.00060200', names)
    })

  test('a malformed job_id has its own code', async () => {
    assertRefused(await create({ job_id: 'x' }), 400, 'CB.00060201', /job_id/)
  })

  test('the next build has the next number', async () => {
    await before
    assert.equal((await create({ job_name: 'untouched' })).json().build_no, 2)
  })
})

test('an unknown job_id is 404', async () => {
  assertRefused(await create({ job_id: UNKNOWN_JOB }), 404, 'DEVCB.00031006')
})

test('names have up to 128 characters of any script', async () => {
  const name = '\u{1f680}'.repeat(128)
  const reply = await create({ job_name: name, source: '\u6784\u5efa', steps: [{ name }] })
  assert.equal(reply.status, 201, reply.text)
})

test('a build may have 10,000 steps', async () => {
  const reply = await create({
    job_name: 'many',
    steps: Array.from({ length: 10_000 }, (_, n) => ({ name: `step ${n}` })),
  })
  assert.equal(reply.status, 201)
  assert.equal(reply.json().steps.at(-1).task_name, 'stage10000')
})

test('a body over the limit is 413', async () => {
  assertRefused(await create({ job_name: 'x', more: 'x'.repeat(5 * 1024 * 1024) }), 413, 'TR.TOO_LARGE')
})

test('a body of another type is 415', async () => {
  assertRefused(
    await caller.send('POST', '/api/v1/builds', { 'Content-Type': 'text/plain' }, '{"job_name":"x"}'),
    415,
    'TR.MEDIA_TYPE',
  )
})

test('without credentials it is 401 for any body', async () => {
  for (const body of ['{"job_name":"x"}', '{'])
    assertRefused(
      await send(server.url, 'POST', '/api/v1/builds', { 'Content-Type': 'application/json' }, body),
      401,
      'APIGW.0301',
    )
})
