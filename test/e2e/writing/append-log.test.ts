/**
 * `PATCH` of a step's log: what one writer's appends store. This is tus 1.0, as docs/api.md §4
 * narrows and widens it.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { assertRefused, type BuildAnswer, logPath, send, sha256, TUS, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { assertAppended, assertConflict } from './append-answers.ts'

const { server, caller } = await startFixture()

const stored = async (build: BuildAnswer) => (await caller.get(logPath(build, 1))).text

describe('an append', () => {
  test('at the head is stored, and answered with the new head', async () => {
    const build = await caller.newBuild()
    assertAppended(await caller.append(build, 1, 0, 'one\n'), 4)
    assertAppended(await caller.append(build, 1, 4, 'two\n'), 8)
    assert.equal(await stored(build), 'one\ntwo\n')
  })

  test('that is repeated is stored once', async () => {
    const build = await caller.newBuild()
    for (let n = 0; n < 3; n++) assertAppended(await caller.append(build, 1, 0, 'one\n'), 4)
    await caller.append(build, 1, 4, 'two\n')
    assertAppended(await caller.append(build, 1, 0, 'one\n'), 8)
    assertAppended(await caller.append(build, 1, 2, 'e\ntw'), 8)
    assert.equal(await stored(build), 'one\ntwo\n')
  })

  test('that begins below the head stores what is new', async () => {
    const build = await caller.newLog('one\ntw', { live: true })
    assertAppended(await caller.append(build, 1, 4, 'two\nthree'), 13)
    assert.equal(await stored(build), 'one\ntwo\nthree')
  })

  test('of nothing is a success up to the head', async () => {
    const build = await caller.newLog('one\n', { live: true })
    for (const at of [0, 2, 4]) assertAppended(await caller.append(build, 1, at, ''), 4)
    assertConflict(await caller.append(build, 1, 5, ''), 4)
  })

  test('past the head is a conflict that names the head, and stores nothing', async () => {
    const build = await caller.newLog('one\n', { live: true })
    for (const at of [5, 1000, Number.MAX_SAFE_INTEGER])
      assertConflict(await caller.append(build, 1, at, 'x'), 4)
    assert.equal(await stored(build), 'one\n')
  })

  test('with other bytes than those stored is a conflict, and stores nothing', async () => {
    const build = await caller.newLog('one\n', { live: true })
    assertConflict(await caller.append(build, 1, 0, 'One\ntwo\n'), 4)
    assertConflict(await caller.append(build, 1, 3, '\rtwo\n'), 4)
    assertConflict(await caller.append(build, 1, 1, 'x'), 4)
    assert.equal(await stored(build), 'one\n')
  })

  test('of any size streams in', async () => {
    const build = await caller.newBuild()
    const part = Buffer.from(`${'0123456789abcde'.repeat(4096)}\n`)
    const hash = createHash('sha256')
    async function* body() {
      for (let n = 0; n < 300; n++) {
        hash.update(part)
        yield part
      }
    }
    assertAppended(await caller.append(build, 1, 0, body()), part.length * 300)
    assert.equal(sha256((await caller.get(logPath(build, 1))).bytes), hash.digest('hex'))
  })

  test('may wait for leave to send its body', async () => {
    const build = await caller.newBuild()
    assertAppended(await caller.append(build, 1, 0, 'one\n', { Expect: '100-continue' }), 4)
  })

  test('may come as POST with X-HTTP-Method-Override', async () => {
    const build = await caller.newBuild()
    const headers = { ...TUS, 'Upload-Offset': '0', 'X-HTTP-Method-Override': 'PATCH' }
    assertAppended(await caller.send('POST', logPath(build, 1), headers, 'one\n'), 4)
    assert.equal(await stored(build), 'one\n')
  })

  test('may be sent to log_url with nothing but the upload token', async () => {
    const build = await caller.newBuild()
    const { pathname } = new URL(build.steps[0]!.log_url, server.url)
    const headers = { ...TUS, 'Upload-Offset': '0', 'X-Auth-Token': build.upload_token }
    assertAppended(await send(server.url, 'PATCH', pathname, headers, 'one\n'), 4)
    assert.equal((await uploader(server, build).page(build)).json().result.log, 'one\n')
  })
})

describe('Upload-Checksum', () => {
  const sum = (algorithm: string, body: string) => createHash(algorithm).update(body).digest('base64')

  for (const algorithm of ['sha1', 'sha256'])
    test(`${algorithm} that fits is stored, one that does not is 460 and stores nothing`, async () => {
      const build = await caller.newBuild()
      const right = { 'Upload-Checksum': `${algorithm} ${sum(algorithm, 'one\n')}` }
      assertRefused(await caller.append(build, 1, 0, 'One\n', right), 460, 'TR.CHECKSUM')
      assert.equal(await caller.head(build), 0)
      assertAppended(await caller.append(build, 1, 0, 'one\n', right), 4)
      assertAppended(await caller.append(build, 1, 0, 'one\n', right), 4)
    })

  test('of an unknown algorithm or form is 400', async () => {
    const build = await caller.newBuild()
    for (const value of [
      `md5 ${sum('md5', 'x')}`,
      'crc32 AAAAAA==',
      'sha256',
      '',
      'sha256 ',
      `sha256 ${'0'.repeat(64)}`,
      'sha1 %%%%',
      `sha256:${sum('sha256', 'x')}`,
    ])
      assertRefused(
        await caller.append(build, 1, 0, 'x', { 'Upload-Checksum': value }),
        400,
        'CB.00060200',
        /Upload-Checksum/i,
      )
    assert.equal(await caller.head(build), 0)
  })

  test('allows 16 MiB, and 413 beyond', async () => {
    const build = await caller.newBuild()
    const most = Buffer.alloc(16 * 1024 * 1024, 'x\n')
    const with256 = (body: Uint8Array) => ({
      'Upload-Checksum': `sha256 ${createHash('sha256').update(body).digest('base64')}`,
    })
    const more = Buffer.concat([most, Buffer.from('x')])
    assertRefused(await caller.append(build, 1, 0, more, with256(more)), 413, 'TR.TOO_LARGE')
    assert.equal(await caller.head(build), 0)
    assertAppended(await caller.append(build, 1, 0, most, with256(most)), most.length)
  })
})

describe('after the seal', async () => {
  const build = await caller.newLog('one\ntwo\n')

  test('an equal repeat is a success', async () => {
    assertAppended(await caller.append(build, 1, 0, 'one\ntwo\n'), 8)
    assertAppended(await caller.append(build, 1, 4, 'two\n'), 8)
    assertAppended(await caller.append(build, 1, 2, 'e'), 8)
    assertAppended(await caller.append(build, 1, 8, ''), 8)
  })

  test('anything else is a conflict that names the head', async () => {
    const any = /^TR\.(?:SEALED|OFFSET_CONFLICT)$/
    assertConflict(await caller.append(build, 1, 8, 'x'), 8, 'TR.SEALED')
    assertConflict(await caller.append(build, 1, 4, 'two\nthree\n'), 8, any)
    assertConflict(await caller.append(build, 1, 0, 'One'), 8, any)
    assertConflict(await caller.append(build, 1, 9, ''), 8, any)
    assert.equal(await stored(build), 'one\ntwo\n')
  })
})
