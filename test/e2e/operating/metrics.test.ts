/** The metrics of the server follow the state of the store (docs/operations.md, Metrics). */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { logLines } from '../../props/server-log.ts'
import { startServer } from '../../props/server-process.ts'
import { admin, type BuildAnswer, type Caller, eventually, logPath } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const data = mkdtempSync(join(tmpdir(), 'tailrace-metrics-'))
after(() => rmSync(data, { recursive: true, force: true }))

const SETTINGS = {
  TAILRACE_JOURNAL_SEGMENT_MIB: '1',
  TAILRACE_JOURNAL_SEGMENTS: '8',
  TAILRACE_PACK_MIB: '1',
}
const BOUND_MS = 60_000
/** Text that zstd makes no smaller than half. */
const log = (bytes: number) => randomBytes(bytes / 2).toString('hex')

async function read(caller: Caller): Promise<(name: string) => number> {
  const { status, text } = await caller.get('/metrics')
  assert.equal(status, 200)
  return name => Number(new RegExp(`^tailrace_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

test('the state of journal, disk and packs is shown', async () => {
  const { caller } = await startFixture({ data, env: SETTINGS })
  const before = await read(caller)
  assert.equal(before('packs'), 0)
  assert.equal(before('packs_bytes'), 0)
  const capacity = before('journal_capacity_bytes')
  assert.ok(capacity > 5.9 * 1024 ** 2 && capacity <= 6 * 1024 ** 2, String(capacity))
  assert.ok(before('disk_free_bytes') > 0 && before('disk_free_bytes') < before('disk_size_bytes'))

  await caller.newLog(log(100_000), { live: true })
  const live = await read(caller)
  const grown = live('journal_used_bytes') - before('journal_used_bytes')
  assert.ok(grown >= 100_000 && grown < 110_000, String(grown))

  const build = await caller.newLog(log(4_000_000))
  await eventually(async () => {
    const stored = await read(caller)
    assert.ok(stored('packs') >= 2)
    assert.ok(stored('packs_bytes') >= 1_900_000)
    assert.ok(stored('log_bytes_packed_total') >= 4_000_000)
  }, BOUND_MS)

  assert.equal((await caller.send('DELETE', `/api/v1/builds/${build.record_id}`)).status, 204)
  await eventually(async () => {
    const left = await read(caller)
    assert.ok(left('packs_dropped_total') >= 2)
    assert.ok(left('pack_bytes_dropped_total') >= 1_900_000)
    assert.ok(left('packs_bytes') < 500_000)
    assert.equal(left('builds_expired_total'), 0)
  }, BOUND_MS)
})

test('what retention deletes, and what is stored again for it, is counted', async () => {
  const kept = log(300_000)
  let [build, gone]: (BuildAnswer | undefined)[] = []
  {
    await using server = await startServer({ data, env: SETTINGS })
    const caller = await admin(server)
    for (const text of [log(600_000), kept]) {
      gone = build
      build = await caller.newLog(text)
      assert.equal((await caller.finishBuild(build)).status, 200)
    }
    await eventually(
      async () => assert.ok((await read(caller))('log_bytes_packed_total') >= 900_000),
      BOUND_MS,
    )
  }
  const { server, caller } = await startFixture({
    data,
    env: { ...SETTINGS, TAILRACE_RETENTION_GIB: '0.0006', TAILRACE_LOG_LEVEL: 'info' },
  })
  await eventually(async () => {
    const now = await read(caller)
    assert.equal(now('builds_expired_total'), 1)
    assert.equal(now('log_bytes_expired_total'), 600_000)
    assert.ok(now('log_bytes_moved_total') >= 300_000)
    assert.ok(now('packs_dropped_total') >= 1)
  }, BOUND_MS)
  assert.equal((await caller.get(logPath(build!, 1))).text, kept)
  await eventually(async () => {
    const told = logLines(server.stderr).filter(({ msg }) => msg === 'retention deleted a build')
    assert.equal(told.length, 1)
    assert.partialDeepStrictEqual(told[0], { record_id: gone!.record_id, bytes: 600_000, because: 'size' })
  }, BOUND_MS)
})

const TASKS = [
  'flush-frames',
  'announce-sealed-logs',
  'abandon-silent-logs',
  'purge-expired-tokens',
  'apply-retention',
  'sweep-removed-logs',
  'reclaim-packs',
]

test('each maintenance task counts its passes from 0, and says when it last ran', async () => {
  const { caller } = await startFixture({ env: SETTINGS })
  const of = async (task: string) => {
    const value = await read(caller)
    return (name: string) => value(`maintenance_${name}{task="${task}"}`)
  }
  for (const task of TASKS) {
    const figures = await of(task)
    assert.equal(figures('failures_total'), 0)
    assert.ok(figures('runs_total') >= 0 && figures('seconds_total') >= 0, task)
  }
  assert.ok(Number.isNaN((await of('purge-expired-tokens'))('last_run_timestamp_seconds')))
  await caller.newLog(log(1000))
  for (const task of ['flush-frames', 'apply-retention', 'sweep-removed-logs', 'reclaim-packs'])
    await eventually(async () => {
      const figures = await of(task)
      assert.ok(figures('runs_total') >= 1, task)
      assert.ok(Math.abs(figures('last_run_timestamp_seconds') * 1000 - Date.now()) < BOUND_MS, task)
    }, BOUND_MS)
})
