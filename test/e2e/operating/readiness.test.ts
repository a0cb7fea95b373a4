/**
 * `GET /readyz` says which part of the server cannot accept logs now, and when it can again
 * (docs/operations.md, Health).
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../../props/server-process.ts'
import { admin, type BuildAnswer, type Caller, eventually, logPath, send, sha256 } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const SETTINGS = { TAILRACE_JOURNAL_SEGMENT_MIB: '1', TAILRACE_JOURNAL_SEGMENTS: '4' }
const BOUND_MS = 60_000
const CHUNK = Buffer.alloc(200_000, 'a line of a log\n')

async function unready(server: { readonly url: string }): Promise<readonly string[]> {
  const reply = await send(server.url, 'GET', '/readyz')
  if (reply.status === 200) {
    assert.deepEqual(reply.json(), { status: 'ready' })
    return []
  }
  assert.equal(reply.status, 503)
  assert.match(String(reply.headers['retry-after']), /^[1-9]/)
  const { error_code, error_msg, not_ready, request_id } = reply.json()
  assert.deepEqual([error_code, request_id], ['TR.UNAVAILABLE', reply.headers['x-request-id']])
  assert.ok(not_ready.length > 0)
  for (const part of not_ready) assert.ok(error_msg.includes(part), error_msg)
  return not_ready
}

/** Appends until the server takes no more; resolves to how many bytes it took. */
async function fill(caller: Caller, build: BuildAnswer): Promise<number> {
  for (let at = 0; at < 100 * CHUNK.length; at += CHUNK.length) {
    const { status } = await caller.append(build, 1, at, CHUNK)
    if (status === 503) return at
    assert.equal(status, 204)
  }
  return assert.fail('no append was refused')
}

async function assertGoesOn(caller: Caller, build: BuildAnswer, bytes: number): Promise<void> {
  assert.equal((await caller.append(build, 1, bytes, 'more\n')).status, 204)
  const { bytes: log } = await caller.get(logPath(build, 1))
  assert.equal(log.length, bytes + 5)
  assert.equal(sha256(log.subarray(0, bytes)), sha256(Buffer.alloc(bytes, 'a line of a log\n')))
}

test('a journal that is full because packs cannot be written is not ready, until they can', async () => {
  const { server, caller } = await startFixture({ env: SETTINGS })
  assert.deepEqual(await unready(server), [])
  const build = await caller.newBuild()
  const packs = join(server.data, 'packs')
  renameSync(packs, `${packs}-away`)
  const bytes = await fill(caller, build)
  assert.ok(bytes >= 2_000_000, String(bytes))
  await eventually(async () => assert.deepEqual(await unready(server), ['packs', 'journal']), BOUND_MS)
  renameSync(`${packs}-away`, packs)
  await eventually(async () => assert.deepEqual(await unready(server), []), BOUND_MS)
  await assertGoesOn(caller, build, bytes)
})

/** Runs a command over a file system of 16 MiB at DIR, which nobody else sees. */
const onSmallDisk = (directory: string) => [
  'unshare',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  'mount -t tmpfs -o size=16m tmpfs "$0" && exec "$@"',
  directory,
]
const canMount = () => {
  const [command, ...args] = [...onSmallDisk('/tmp'), 'true']
  return spawnSync(command!, args).status === 0
}

test('a disk without room for the journal is not ready, until it has', {
  skip: canMount() ? false : 'no file system can be mounted in a name space of its own here',
}, async () => {
  const data = mkdtempSync(join(tmpdir(), 'tailrace-disk-'))
  try {
    await using server = await startServer({ data, env: SETTINGS, under: onSmallDisk(data) })
    const caller = await admin(server)
    const build = await caller.newBuild()
    assert.equal((await caller.append(build, 1, 0, CHUNK)).status, 204)
    const inside = join(`/proc/${server.pid}/root`, data)
    const { bsize, bavail } = statfsSync(inside)
    // Room is left for what a small step in the catalog takes.
    writeFileSync(join(inside, 'filler'), Buffer.alloc(bsize * bavail - 300_000))
    const bytes = await fill(caller, build)
    await eventually(async () => assert.ok((await unready(server)).includes('disk')), BOUND_MS)
    rmSync(join(inside, 'filler'))
    await eventually(async () => assert.deepEqual(await unready(server), []), BOUND_MS)
    await assertGoesOn(caller, build, bytes)
  } finally {
    rmSync(data, { recursive: true })
  }
})
