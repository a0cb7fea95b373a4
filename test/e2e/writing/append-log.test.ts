/**
 * `PATCH`, `HEAD` and `OPTIONS` of a step's log: tus 1.0 as docs/api.md §4 narrows and widens it.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import {
  ADMIN,
  assertRefused,
  type BuildAnswer,
  eventually,
  type Headers,
  logPath,
  type Reply,
  send,
  sha256,
  signIn,
  TUS,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const stored = async (build: BuildAnswer) => (await caller.get(logPath(build, 1))).text

function assertAppended(reply: Reply, head: number): void {
  assert.equal(reply.status, 204, reply.text)
  assert.equal(reply.bytes.length, 0)
  assert.equal(reply.headers['upload-offset'], String(head))
  assert.equal(reply.headers['tus-resumable'], '1.0.0')
}

function assertConflict(reply: Reply, head: number, code: string | RegExp = 'TR.OFFSET_CONFLICT'): void {
  assertRefused(reply, 409, code)
  assert.equal(reply.headers['upload-offset'], String(head))
}

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

describe('writers at the same time', () => {
  test('with the same bytes store them once', async () => {
    const build = await caller.newBuild()
    const replies = await Promise.all(Array.from({ length: 20 }, () => caller.append(build, 1, 0, 'same\n')))
    for (const reply of replies) assertAppended(reply, 5)
    assert.equal(await stored(build), 'same\n')
  })

  test('with other bytes at one offset: one wins, the others are conflicts', async () => {
    const build = await caller.newBuild()
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => caller.append(build, 1, 0, `${n + 10}\n`)),
    )
    const winners = replies.flatMap((reply, n) => (reply.status === 204 ? [n] : []))
    assert.equal(winners.length, 1)
    for (const reply of replies) if (reply.status !== 204) assertConflict(reply, 3)
    assert.equal(await stored(build), `${winners[0]! + 10}\n`)
  })

  test('on two steps do not disturb each other', async () => {
    const build = await caller.newBuild(2)
    await Promise.all(
      [1, 2].map(async step => {
        for (let n = 0; n < 50; n++)
          assertAppended(await caller.append(build, step, n * 2, `${step}\n`), n * 2 + 2)
      }),
    )
    for (const step of [1, 2])
      assert.equal((await caller.get(logPath(build, step))).text, `${step}\n`.repeat(50))
  })
})

describe('a connection cut in the middle of a body', () => {
  const line = Buffer.from(`${'0123456789'.repeat(10)}\n`)
  const sent = Buffer.concat(Array.from({ length: 4000 }, () => line))

  for (const [how, framing, head] of [
    ['with a length', `Content-Length: ${sent.length * 2}`, ''],
    ['in chunks', 'Transfer-Encoding: chunked', `${(sent.length * 2).toString(16)}\r\n`],
  ] as const)
    test(`leaves a prefix, whose length is the head, and the writer completes it (${how})`, async () => {
      const build = await caller.newBuild()
      await cutOff(build, framing, head)
      // The server may still be storing what it had received.
      const [at, kept] = await eventually(async () => {
        const [head, text] = [await caller.head(build), await stored(build)]
        assert.equal(text.length, head)
        return [head, text] as const
      })
      assert.ok(at <= sent.length)
      assert.equal(kept, sent.subarray(0, at).toString())
      assertAppended(await caller.append(build, 1, at, sent.subarray(at)), sent.length)
      assertAppended(await caller.append(build, 1, 0, sent), sent.length)
      assert.equal(sha256(await stored(build)), sha256(sent))
    })

  test('with a checksum leaves nothing', async () => {
    const build = await caller.newBuild()
    await cutOff(
      build,
      `Content-Length: ${sent.length * 2}\r\nUpload-Checksum: sha256 ${'A'.repeat(43)}=`,
      '',
    )
    assertAppended(await caller.append(build, 1, 0, ''), 0)
  })

  async function cutOff(build: BuildAnswer, framing: string, head: string): Promise<void> {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    const token = String(caller.headers['X-Auth-Token'])
    socket.write(
      `PATCH ${logPath(build, 1)} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-Auth-Token: ${token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: ${TUS['Content-Type']}\r\nUpload-Offset: 0\r\n${framing}\r\n\r\n${head}`,
    )
    await new Promise<void>(resolve => socket.write(sent, () => resolve()))
    socket.destroy()
    await new Promise(resolve => socket.once('close', resolve))
  }
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
