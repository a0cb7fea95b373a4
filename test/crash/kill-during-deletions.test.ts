/**
 * Kills the server during deletions and the reclaiming of packs: kept logs are exact, deleted ones
 * stay deleted, and their space is freed.
 */
import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../props/server-process.ts'
import { admin, type BuildAnswer, eventually, logPath, sha256 } from '../props/wire.ts'

const ROUNDS = 6
const BUILDS_PER_ROUND = 10

const server = await startServer({ env: { TAILRACE_JOURNAL_SEGMENT_MIB: '1', TAILRACE_PACK_MIB: '1' } })
after(() => server.stop())
const caller = await admin(server)

interface Kept {
  readonly build: BuildAnswer
  readonly text: Buffer
  readonly live: boolean
}

/** Text that does not compress to nothing. */
function textOf(seed: number): Buffer {
  const lines: string[] = []
  for (let i = 0, state = seed; lines.length < 8_000; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    lines.push(`${seed}.${i} ${state.toString(36)} ${(state ^ 0x5a5a5a5a).toString(36)}`)
  }
  return Buffer.from(lines.join('\n'))
}

test(`after kill -9 among deletions, ${ROUNDS} times, what was kept is exact and what was deleted is gone`, async () => {
  const kept: Kept[] = []
  const deleted: BuildAnswer[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const made = await Promise.all(
      Array.from({ length: BUILDS_PER_ROUND }, async (_, i) => {
        const text = textOf(round * 100 + i + 1)
        const live = i % 3 === 0
        return { build: await caller.newLog(text, { live }), text, live }
      }),
    )
    kept.push(...made.slice(0, 2))
    // One DELETE after the other, until the server is gone.
    const deleting = (async () => {
      for (const { build } of made.slice(2)) {
        const reply = await caller.send('DELETE', `/api/v1/builds/${build.record_id}`).catch(() => undefined)
        if (reply === undefined) return
        assert.equal(reply.status, 204, reply.text)
        deleted.push(build)
        await sleep(30)
      }
    })()
    await sleep(100 + ((round * 613) % 2600))
    await server.kill('SIGKILL')
    await deleting
    await server.restart()
    for (const one of kept) await assertExact(one)
    for (const build of deleted) assert.equal((await caller.get(logPath(build, 1))).status, 404)
    for (const { build } of made.slice(2)) {
      const reply = await caller.send('DELETE', `/api/v1/builds/${build.record_id}`)
      assert.ok([204, 404].includes(reply.status), reply.text)
    }
  }
  assert.ok(deleted.length >= ROUNDS, `${deleted.length} deletions were answered before the kills`)
  for (const one of kept) if (one.live) await finish(one)
  const keptBytes = kept.reduce((bytes, { text }) => bytes + text.length, 0)
  await eventually(async () => {
    const bytes = await packBytes()
    assert.ok(bytes < keptBytes, `${bytes} bytes of packs for ${keptBytes} bytes of logs`)
  })
  for (const one of kept) await assertExact(one)
  assert.equal(server.stderr, '')
})

async function assertExact({ build, text }: Kept): Promise<void> {
  const reply = await caller.get(logPath(build, 1))
  assert.equal(reply.status, 200, reply.text)
  assert.equal(sha256(reply.bytes), sha256(text))
}

async function finish({ build, text }: Kept): Promise<void> {
  const reply = await caller.finishStep(build, 1, {
    status: 'SUCCESS',
    size: text.length,
    sha256: sha256(text),
  })
  assert.deepEqual([reply.status, reply.json().verified], [200, true], reply.text)
}

async function packBytes(): Promise<number> {
  const folder = join(server.data, 'packs')
  const sizes = await Promise.all(
    (await readdir(folder)).map(async name => (await stat(join(folder, name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
