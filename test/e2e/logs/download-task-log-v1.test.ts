/**
 * `GET` and `HEAD` of `/v1/log/{record_id}/task-log`: a step's log as a file or .zip file; what it
 * shares with v4 is tested there.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { onlyFileOf, whyNoArchivers } from '../../props/archive.ts'
import {
  assertRefused,
  assertSameRefusal,
  downloadPath,
  send,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const DEBUG = '[2025/06/26 14:23:32.169 GMT+08:00] [DEBUG] hidden\n'
const build = await caller.newLog(`one\n${DEBUG}two`)
const path = (query = '?task_name=stage1', record = build.record_id) => `/v1/log/${record}/task-log${query}`

test('is the file of v4, at both levels, over GET and HEAD', async () => {
  for (const level of ['', '&log_level=INFO', '&log_level=DEBUG']) {
    const [reply, v4] = [
      await caller.get(path(`?task_name=stage1${level}`)),
      await caller.get(downloadPath(build, 1, level)),
    ]
    assert.equal(reply.text, v4.text)
    for (const header of ['content-type', 'content-disposition', 'content-length', 'x-content-type-options'])
      assert.equal(reply.headers[header], v4.headers[header])
    const head = await caller.send('HEAD', path(`?task_name=stage1${level}`))
    assert.deepEqual([head.status, head.bytes.length], [200, 0])
    assert.equal(head.headers['content-disposition'], v4.headers['content-disposition'])
  }
  assert.equal((await caller.get(path())).text, 'one\ntwo')
})

test('malformed, missing and repeated parameters are 400', async () => {
  for (const [query, name] of [
    ['', /task_name/],
    ['?task_name=', /task_name/],
    ['?task_name=stage0', /task_name/],
    ['?task_name=initial', /task_name/],
    ['?task_name=stage1&task_name=stage1', /task_name/],
    ['?task_name=stage1&log_level=debug', /log_level/],
    ['?task_name=stage1&log_level=INFO&log_level=INFO', /log_level/],
    ['?task_name=stage1&compress=', /compress/],
    ['?task_name=stage1&compress=1', /compress/],
    ['?task_name=stage1&compress=true&compress=true', /compress/],
  ] as const)
    assertRefused(await caller.get(path(query)), 400, 'CB.00060200', name)
  for (const record of ['x', build.record_id.toUpperCase()])
    assertRefused(await caller.get(path('?task_name=stage1', record)), 400, 'CB.00060200', /record_id/)
})

test('checks authentication, authorization, form and existence in this order', async () => {
  assertRefused(await send(server.url, 'GET', path('')), 401, 'APIGW.0301')
  assertRefused(await uploader(server, await caller.newBuild()).get(path()), 403, 'APIGW.0302')
  assertRefused(await caller.get(path('', UNKNOWN_RECORD)), 400, 'CB.00060200')
  const replies = [
    await caller.get(path('?task_name=stage1', UNKNOWN_RECORD)),
    await caller.get(path('?task_name=stage7')),
  ]
  assertRefused(replies[0]!, 404, 'DEVCB.00031006')
  assertSameRefusal(replies[0]!, replies[1]!)
})

describe('compress=true', { skip: whyNoArchivers() }, () => {
  test('is a .zip file with the same file in it', async () => {
    for (const level of ['', '&log_level=DEBUG']) {
      const reply = await caller.get(path(`?task_name=stage1&compress=true${level}`), {
        'Accept-Encoding': 'zstd',
      })
      assert.deepEqual(
        [reply.headers['content-type'], reply.headers['content-encoding'], reply.headers['content-length']],
        ['application/octet-stream', undefined, undefined],
      )
      assert.match(
        String(reply.headers['content-disposition']),
        new RegExp(`="${build.record_id}_stage1.zip"`),
      )
      const { name, bytes } = onlyFileOf(reply.bytes)
      assert.equal(name, `${build.record_id}_stage1.log`)
      assert.equal(bytes.toString(), level === '' ? 'one\ntwo' : `one\n${DEBUG}two`)
    }
  })

  test('of a growing, an empty and an unknown log is what the log itself would be', async () => {
    const growing = await caller.newLog('one\ntw', { live: true })
    const zipped = (record: string) => caller.get(path('?task_name=stage1&compress=true', record))
    assert.equal(onlyFileOf((await zipped(growing.record_id)).bytes).bytes.toString(), 'one\ntw')
    assert.equal(onlyFileOf((await zipped((await caller.newBuild()).record_id)).bytes).bytes.length, 0)
    assertRefused(await zipped(UNKNOWN_RECORD), 404, 'DEVCB.00031006')
  })
})
