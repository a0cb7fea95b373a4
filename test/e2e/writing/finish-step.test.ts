/** `POST /api/v1/builds/{record_id}/steps/{step_id}/finish` (docs/api.md §4). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertRefused, type Reply, send, sha256, UNKNOWN_RECORD, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const LOG = 'one\ntwo\n'
const fresh = () => caller.newLog(LOG, { live: true })
const MISMATCH = /^TR\.(?:MISMATCH|OFFSET_CONFLICT)$/

function assertFinished(reply: Reply, expected: Readonly<Record<string, unknown>>): void {
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual(reply.json(), expected)
}

describe('a finish that fits', () => {
  const done = { step_id: 1, status: 'SUCCESS', size: LOG.length, sha256: sha256(LOG), verified: true }

  test('with size and sha256 is verified', async () => {
    assertFinished(
      await caller.finishStep(await fresh(), 1, { status: 'SUCCESS', size: LOG.length, sha256: sha256(LOG) }),
      done,
    )
  })

  test('with a sha256 alone is verified', async () => {
    assertFinished(
      await caller.finishStep(await fresh(), 1, { status: 'SUCCESS', sha256: sha256(LOG) }),
      done,
    )
  })

  test('with a sha256 in capitals is the same', async () => {
    assertFinished(
      await caller.finishStep(await fresh(), 1, { status: 'SUCCESS', sha256: sha256(LOG).toUpperCase() }),
      done,
    )
  })

  test('without a sha256 is not verified, and reports what is stored', async () => {
    const unverified = { ...done, verified: false }
    assertFinished(
      await caller.finishStep(await fresh(), 1, { status: 'SUCCESS', size: LOG.length }),
      unverified,
    )
    assertFinished(await caller.finishStep(await fresh(), 1, { status: 'SUCCESS' }), unverified)
  })

  for (const status of ['SUCCESS', 'FAILURE', 'ABORTED'])
    test(`has the status ${status}`, async () => {
      assertFinished(await caller.finishStep(await fresh(), 1, { status }), {
        ...done,
        status,
        verified: false,
      })
    })

  test('again is the same answer', async () => {
    const build = await fresh()
    const body = { status: 'FAILURE', size: LOG.length, sha256: sha256(LOG) }
    for (let n = 0; n < 3; n++)
      assertFinished(await caller.finishStep(build, 1, body), { ...done, status: 'FAILURE' })
  })

  test('of a step that never began seals an empty log', async () => {
    const build = await caller.newBuild()
    assertFinished(await caller.finishStep(build, 1, { status: 'SUCCESS', size: 0, sha256: sha256('') }), {
      ...done,
      size: 0,
      sha256: sha256(''),
    })
    const { result } = (await caller.page(build)).json()
    assert.deepEqual([result.log, result.has_more], ['', false])
  })

  test('may come from the holder of the upload token', async () => {
    const build = await fresh()
    assert.equal((await uploader(server, build).finishStep(build, 1)).status, 200)
  })
})

describe('a finish that does not fit is 409', () => {
  test('with a size past the head: names the head, and the log stays open', async () => {
    const build = await fresh()
    const reply = await caller.finishStep(build, 1, {
      status: 'SUCCESS',
      size: LOG.length + 6,
      sha256: sha256(`${LOG}three\n`),
    })
    const message = assertRefused(reply, 409, MISMATCH)
    assert.match(message, /\b8\b/)
    assert.equal(reply.headers['upload-offset'], String(LOG.length))
    assert.equal((await caller.append(build, 1, LOG.length, 'three\n')).status, 204)
    const again = await caller.finishStep(build, 1, {
      status: 'SUCCESS',
      size: LOG.length + 6,
      sha256: sha256(`${LOG}three\n`),
    })
    assert.equal(again.json().verified, true)
  })

  test('with a smaller size: names what is stored, and the log stays open', async () => {
    const build = await fresh()
    const message = assertRefused(
      await caller.finishStep(build, 1, { status: 'SUCCESS', size: 4, sha256: sha256('one\n') }),
      409,
      MISMATCH,
    )
    assert.match(message, /\b8\b/)
    assert.equal((await caller.append(build, 1, LOG.length, 'x')).status, 204)
  })

  test('with another sha256: names the one that is stored, and the log stays open', async () => {
    const build = await fresh()
    const message = assertRefused(
      await caller.finishStep(build, 1, { status: 'SUCCESS', size: 8, sha256: sha256('other') }),
      409,
      'TR.MISMATCH',
    )
    assert.ok(message.includes(sha256(LOG)), message)
    assert.equal((await caller.append(build, 1, LOG.length, 'x')).status, 204)
  })

  test('with another status, size or sha256 than the finish before', async () => {
    const build = await caller.newLog(LOG)
    for (const body of [
      { status: 'FAILURE' },
      { status: 'SUCCESS', size: 7 },
      { status: 'SUCCESS', size: 9 },
      { status: 'SUCCESS', sha256: sha256('other') },
    ])
      assertRefused(await caller.finishStep(build, 1, body), 409, /^TR\./)
    assert.equal((await caller.finishStep(build, 1)).status, 200)
  })
})

describe('refusals', async () => {
  const build = await fresh()
  const path = (record: string, step: string | number) => `/api/v1/builds/${record}/steps/${step}/finish`

  for (const [body, names] of [
    [{}, /status/],
    [{ status: '' }, /status/],
    [{ status: 'DONE' }, /status/],
    [{ status: 0 }, /status/],
    [{ status: 'SUCCESS', size: -1 }, /size/],
    [{ status: 'SUCCESS', size: 1.5 }, /size/],
    [{ status: 'SUCCESS', size: '8' }, /size/],
    [{ status: 'SUCCESS', size: 2 ** 53 }, /size/],
    [{ status: 'SUCCESS', sha256: 'x' }, /sha256/],
    [{ status: 'SUCCESS', sha256: `${sha256(LOG)}0` }, /sha256/],
    ['{', /./],
    ['', /./],
    ['[]', /./],
  ] as const)
    test(`${JSON.stringify(body).slice(0, 40)} is 400 and seals nothing`, async () => {
      assertRefused(await caller.finishStep(build, 1, body), 400, 'CB.00060200', names)
      const head = await caller.send('HEAD', `/api/v1/builds/${build.record_id}/steps/1/log`)
      assert.equal(head.headers['upload-length'], undefined)
    })

  test('checks credentials, form and existence in this order', async () => {
    const json = { 'Content-Type': 'application/json' }
    assertRefused(await send(server.url, 'POST', path('x', 'y'), json, '{'), 401, 'APIGW.0301')
    assertRefused(await caller.post(path(UNKNOWN_RECORD, 1), {}), 400, 'CB.00060200')
    for (const [record, step] of [
      ['x', 1],
      [build.record_id, 0],
      [build.record_id, '-1'],
      [build.record_id, '1.0'],
    ] as const)
      assertRefused(await caller.post(path(record, step), { status: 'SUCCESS' }), 400, 'CB.00060200')
    for (const [record, step] of [
      [UNKNOWN_RECORD, 1],
      [build.record_id, 2],
    ] as const)
      assertRefused(await caller.post(path(record, step), { status: 'SUCCESS' }), 404, 'DEVCB.00031006')
  })
})
