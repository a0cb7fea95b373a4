/** `PATCH`, `HEAD` and `OPTIONS` of a step's log: headers and authorization (docs/api.md §4). */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ADMIN,
  assertRefused,
  type Headers,
  logPath,
  send,
  signIn,
  TUS,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { assertAppended } from './append-answers.ts'

const { server, caller } = await startFixture()

describe('the form of an append', async () => {
  const build = await caller.newBuild()
  const patch = (headers: Headers, body = 'x') => caller.send('PATCH', logPath(build, 1), headers, body)

  test('without Tus-Resumable: 1.0.0 is 412, with the versions known', async () => {
    const { 'Tus-Resumable': _, ...withoutVersion } = TUS
    for (const version of [
      {},
      { 'Tus-Resumable': '0.2.2' },
      { 'Tus-Resumable': '' },
      { 'Tus-Resumable': '2.0.0' },
    ]) {
      const reply = await patch({ ...withoutVersion, ...version, 'Upload-Offset': '0' })
      assertRefused(reply, 412, /^TR\./)
      assert.equal(reply.headers['tus-version'], '1.0.0')
    }
  })

  test('with another or no media type is 415', async () => {
    for (const type of [
      {},
      { 'Content-Type': 'application/octet-stream' },
      { 'Content-Type': 'application/json' },
      { 'Content-Type': 'text/plain' },
      { 'Content-Type': '' },
    ])
      assertRefused(
        await patch({ 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', ...type }),
        415,
        'TR.MEDIA_TYPE',
      )
  })

  test('with a missing or malformed Upload-Offset is 400', async () => {
    assertRefused(await patch(TUS), 400, 'CB.00060200', /Upload-Offset/i)
    for (const at of [
      '',
      '-1',
      '+1',
      '1.0',
      '1e3',
      '0x1',
      'x',
      '9007199254740992',
      '00000000000000000',
      '0, 0',
      '1 1',
    ])
      assertRefused(await patch({ ...TUS, 'Upload-Offset': at }), 400, 'CB.00060200', /Upload-Offset/i)
  })

  test('that is rejected stores nothing', async () => {
    assert.equal(await caller.head(build), 0)
    assert.equal((await caller.page(build)).json().result.log, '')
  })

  test('is checked after authentication, and before existence', async () => {
    const path = `/api/v1/builds/${UNKNOWN_RECORD}/steps/1/log`
    assertRefused(await send(server.url, 'PATCH', path, {}, 'x'), 401, 'APIGW.0301')
    assertRefused(await caller.send('PATCH', path, TUS, 'x'), 400, 'CB.00060200')
    assertRefused(
      await caller.send('PATCH', path, { ...TUS, 'Upload-Offset': '0' }, 'x'),
      404,
      'DEVCB.00031006',
    )
  })

  test('with a malformed record or step is 400, with an unknown one 404', async () => {
    const at0 = { ...TUS, 'Upload-Offset': '0' }
    for (const path of [
      '/api/v1/builds/x/steps/1/log',
      `/api/v1/builds/${build.record_id}/steps/0/log`,
      `/api/v1/builds/${build.record_id}/steps/-1/log`,
      `/api/v1/builds/${build.record_id}/steps/1.0/log`,
      `/api/v1/builds/${build.record_id}/steps/x/log`,
    ])
      assertRefused(await caller.send('PATCH', path, at0, 'x'), 400, 'CB.00060200')
    for (const path of [`/api/v1/builds/${UNKNOWN_RECORD}/steps/1/log`, logPath(build, 2)])
      assertRefused(await caller.send('PATCH', path, at0, 'x'), 404, 'DEVCB.00031006')
  })
})

describe('HEAD', () => {
  test('reports the head of a growing log and that its length is not known', async () => {
    const build = await caller.newLog('one\n', { live: true })
    for (const headers of [{}, { 'Tus-Resumable': '1.0.0' }]) {
      const reply = await caller.send('HEAD', logPath(build, 1), headers)
      assert.equal(reply.status, 200)
      assert.equal(reply.bytes.length, 0)
      const {
        'upload-offset': offset,
        'cache-control': cache,
        'upload-length': length,
        'upload-defer-length': defer,
      } = reply.headers
      assert.deepEqual([offset, cache, length, defer], ['4', 'no-store', undefined, '1'])
    }
  })

  test('reports the length once it is known', async () => {
    const { headers } = await caller.send('HEAD', logPath(await caller.newLog('one\n'), 1))
    assert.deepEqual(
      [headers['upload-offset'], headers['upload-length'], headers['upload-defer-length']],
      ['4', '4', undefined],
    )
  })

  test('reports 0 for a step that has not begun', async () => {
    assert.equal(await caller.head(await caller.newBuild()), 0)
  })

  test('reports errors by its status, without a body', async () => {
    const build = await caller.newBuild()
    for (const [reply, status] of [
      [await send(server.url, 'HEAD', logPath(build, 1)), 401],
      [await caller.send('HEAD', logPath(build, 2)), 404],
      [await caller.send('HEAD', logPath(build, 0)), 400],
    ] as const) {
      assert.equal(reply.status, status)
      assert.equal(reply.bytes.length, 0)
      assert.ok(reply.headers['x-request-id'])
    }
  })
})

test('OPTIONS lists version, extensions and algorithms', async () => {
  const build = await caller.newBuild()
  const reply = await caller.send('OPTIONS', logPath(build, 1))
  assert.ok([200, 204].includes(reply.status))
  assert.equal(reply.headers['tus-version'], '1.0.0')
  assert.ok(String(reply.headers['tus-extension']).split(',').includes('checksum'))
  assert.deepEqual(String(reply.headers['tus-checksum-algorithm']).split(',').sort(), ['sha1', 'sha256'])
})

test('OPTIONS is answered alike for every path of a log, a malformed one too', async () => {
  for (const path of ['/api/v1/builds/x/steps/1/log', `/api/v1/builds/${UNKNOWN_RECORD}/steps/-1/log`]) {
    const reply = await caller.send('OPTIONS', path)
    assert.deepEqual([reply.status, reply.headers['tus-version']], [204, '1.0.0'], path)
  }
})

describe('rights', () => {
  test('an upload token writes to its own build and reads it, and nothing else', async () => {
    const [own, other] = [await caller.newBuild(), await caller.newLog('secret\n')]
    const upload = uploader(server, own)
    assertAppended(await upload.append(own, 1, 0, 'one\n'), 4)
    assert.equal((await upload.get(logPath(own, 1))).text, 'one\n')
    for (const reply of [
      await upload.append(other, 1, 0, 'x'),
      await upload.get(logPath(other, 1)),
      await upload.page(other),
      await upload.post('/api/v1/builds', { job_name: 'x' }),
      await upload.finishBuild(other),
      await upload.append({ ...own, record_id: UNKNOWN_RECORD }, 1, 0, 'x'),
    ])
      assertRefused(reply, 403, 'APIGW.0302')
    assert.equal((await upload.finishStep(own, 1)).status, 200)
  })

  test('a domain-scoped token writes nothing', async () => {
    const build = await caller.newBuild()
    const token = await signIn(server.url, ADMIN, { domain: { name: 'acme' } })
    const headers = { ...TUS, 'Upload-Offset': '0', 'X-Auth-Token': token }
    assertRefused(await send(server.url, 'PATCH', logPath(build, 1), headers, 'x'), 403, 'APIGW.0302')
  })
})
