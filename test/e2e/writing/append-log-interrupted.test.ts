/** `PATCH` of a step's log by writers at once, and over a broken connection (docs/api.md §4). */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { type BuildAnswer, eventually, logPath, sha256, TUS } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { assertAppended, assertConflict } from './append-answers.ts'

const { server, caller } = await startFixture()

const stored = async (build: BuildAnswer) => (await caller.get(logPath(build, 1))).text

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
