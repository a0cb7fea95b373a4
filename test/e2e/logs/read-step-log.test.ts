/**
 * `GET /v1/log/task/step`, its parameters and refusals: CodeArts Build's page "Obtaining Build
 * Action Run Logs", then docs/api.md §1 and §2.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startServer } from '../../props/server-process.ts'
import {
  admin,
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  pagePath,
  send,
  UNKNOWN_JOB,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { lines, pageOf } from './pages.ts'

const { server, caller } = await startFixture()

/** The example text of CodeArts Build's own page. */
const EXAMPLE =
  '[2025/06/26 14:23:32.169 GMT+08:00] [INFO] [Code checkout:external_pre_checkout] : This action starts.\n[2025/06/26 14:23:32.172 GMT+08:00]...'

const result = (build: BuildAnswer, parameters: Readonly<Record<string, string | number>> = {}) =>
  pageOf(caller, build, parameters)

describe("the example of CodeArts Build's own page", () => {
  test('is answered with its exact members, types and values', async () => {
    const build = await caller.newBuild(1, { source: 'jenkins' })
    await caller.append(build, 1, 0, EXAMPLE)
    await caller.finishStep(build, 1)
    const reply = await caller.page(build)
    assert.equal(reply.status, 200)
    assert.match(String(reply.headers['content-type']), /^application\/json; ?charset=utf-8$/i)
    assert.deepEqual(reply.json(), {
      result: {
        start_offset: 0,
        end_offset: Buffer.byteLength(EXAMPLE),
        log: EXAMPLE,
        has_more: false,
        location: 'jenkins',
      },
      error: null,
      status: 'success',
    })
    assert.ok(String(reply.headers['x-request-id']).length > 0)
  })

  test('has a location of text also for a build that names no source', async () => {
    assert.equal(typeof (await result(await caller.newLog(EXAMPLE))).location, 'string')
  })

  test('has offsets as strings of digits if the settings say so', async () => {
    await using strings = await startServer({ env: { TAILRACE_OFFSET_FORMAT: 'string' } })
    const build = await (await admin(strings)).newLog(EXAMPLE)
    const { result: page } = (await (await admin(strings)).page(build)).json()
    assert.deepEqual([page.start_offset, page.end_offset], ['0', String(Buffer.byteLength(EXAMPLE))])
  })
})

describe('parameters', async () => {
  const build = await caller.newLog(lines(3))
  const without = (name: string) => pagePath(build).replace(new RegExp(`([?&])${name}=[^&]*&?`), '$1')
  const mandatory = ['job_id', 'build_no', 'step_id', 'start_offset', 'end_offset', 'size']
  const numbers = mandatory.slice(1)

  test('all mandatory ones are enough, and sort may be added', async () => {
    assert.equal((await result(build)).log, lines(3))
    assert.equal((await result(build, { sort: 'AES' })).log, lines(3))
  })

  for (const name of mandatory)
    test(`${name}: missing, empty or repeated is 400 and names it`, async () => {
      assertRefused(await caller.get(without(name)), 400, 'CB.00060200', new RegExp(name))
      assertRefused(await caller.get(`${pagePath(build)}&${name}=1`), 400, 'CB.00060200', new RegExp(name))
      assertRefused(
        await caller.page(build, { [name]: '' }),
        400,
        name === 'job_id' ? 'CB.00060201' : 'CB.00060200',
        new RegExp(name),
      )
    })

  test('sort repeated is 400', async () => {
    assertRefused(await caller.get(`${pagePath(build)}&sort=AES&sort=AES`), 400, 'CB.00060200', /sort/)
  })

  const malformed = [
    '-1',
    '%2B1',
    '1.0',
    '1.5',
    '1e3',
    '0x10',
    '%201',
    '1%20',
    '+1',
    '1,000',
    'one',
    '1_0',
    '%D9%A1',
    '10000000000000000',
    '00000000000000001',
    '9007199254740992',
    'NaN',
    'Infinity',
    'null',
    '1%00',
    '[1]',
  ]
  for (const name of numbers)
    for (const value of malformed)
      test(`${name}=${value} is 400`, async () => {
        assertRefused(await caller.page(build, { [name]: value }), 400, 'CB.00060200', new RegExp(name))
      })

  for (const [name, value] of [
    ['build_no', 0],
    ['build_no', 2 ** 31],
    ['build_no', Number.MAX_SAFE_INTEGER],
    // "step_id >= 1": read as part of the form, as for build_no, so 400 and not 404.
    ['step_id', 0],
  ] as const)
    test(`${name}=${value} is out of range: 400`, async () => {
      assertRefused(await caller.page(build, { [name]: value }), 400, 'CB.00060200', new RegExp(name))
    })

  for (const name of ['start_offset', 'end_offset', 'size'])
    test(`${name} accepts every number up to 2^53-1, leading zeros too`, async () => {
      for (const value of ['0', '0000000000000000', '9007199254740991', '0000000000000007'])
        assert.equal((await caller.page(build, { [name]: value })).status, 200, value)
    })

  for (const value of [
    'a'.repeat(31),
    'a'.repeat(33),
    'A'.repeat(32),
    `${'a'.repeat(31)}-`,
    `${'a'.repeat(31)}%C3%A9`,
    `${'a'.repeat(32)}%0A`,
    '*',
  ])
    test(`job_id=${value} is 400 with its own code`, async () => {
      assertRefused(await caller.page(build, { job_id: value }), 400, 'CB.00060201', /job_id/)
    })

  for (const sort of ['AES', 'aes', 'ASC', 'asc', 'Asc', 'DESC', 'desc', 'dEsC', ''])
    test(`sort=${sort} is known`, async () => assert.equal((await result(build, { sort })).log, lines(3)))
  for (const sort of ['up', 'AESC', 'DES', '1', 'AES%20', 'null', 'DESC%00'])
    test(`sort=${sort} is 400`, async () => {
      assertRefused(await caller.page(build, { sort }), 400, 'CB.00060200', /sort/)
    })

  test('unknown parameters and a Content-Type are ignored', async () => {
    const reply = await caller.get(`${pagePath(build)}&compress=false&x=1&x=2&__proto__=1`, {
      'Content-Type': 'application/json',
    })
    assert.equal(reply.status, 200, reply.text)
    assert.equal((await caller.get(pagePath(build), { 'Content-Type': 'no such type' })).status, 200)
  })

  test('values may be percent-encoded', async () => {
    assert.equal((await result(build, { build_no: '%31', sort: '%41ES' })).log, lines(3))
  })

  test('percent signs without digits are not a server error', async () => {
    assertRefused(await caller.page(build, { sort: '%' }), 400, 'CB.00060200')
    assertRefused(await caller.page(build, { sort: '%E0%A4%A' }), 400, 'CB.00060200')
  })
})

describe('what is not there', async () => {
  const build = await caller.newLog(lines(3))

  for (const [what, parameters] of [
    ['job', { job_id: UNKNOWN_JOB }],
    ['build', { build_no: 2 ** 31 - 1 }],
    ['step', { step_id: 2 }],
    // Any number up to 2^53-1 is well formed (docs/api.md §1), so this is an unknown step.
    ['step with a large number', { step_id: 9007199254740991 }],
  ] as const)
    test(`an unknown ${what} is 404`, async () => {
      assertRefused(await caller.page(build, parameters), 404, 'DEVCB.00031006')
    })

  test('all unknown objects get the same answer', async () => {
    const [job, number, step] = await Promise.all([
      caller.page(build, { job_id: UNKNOWN_JOB }),
      caller.page(build, { build_no: 77 }),
      caller.page(build, { step_id: 77 }),
    ])
    assertSameRefusal(job, number)
    assertSameRefusal(number, step)
  })
})

describe('order of refusal', async () => {
  const build = await caller.newLog(lines(3))

  test('authentication comes before everything else', async () => {
    for (const path of [
      pagePath(build),
      pagePath(build, { size: 'x' }),
      pagePath(build, { job_id: UNKNOWN_JOB }),
    ])
      assertRefused(await send(server.url, 'GET', path), 401, 'APIGW.0301')
  })

  test('the form comes before what is there', async () => {
    assertRefused(await caller.page(build, { job_id: UNKNOWN_JOB, size: 'x' }), 400, 'CB.00060200', /size/)
  })
})
