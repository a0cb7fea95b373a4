import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BuildDraft } from '../../../core/ports/build-catalog.ts'
import type { Frame } from '../../../core/ports/pack-store.ts'
import { sqlBuildCatalog } from '../../sql/catalog/sql-build-catalog.ts'
import { sqlFrameCatalog } from '../../sql/catalog/sql-frame-catalog.ts'
import { openSqlite } from './sqlite.ts'

const PROJECT = 'a'.repeat(32)
const ROUNDS = 100

/**
 * Every second draft contradicts itself, so that its transaction is rolled back after it wrote
 * rows.
 */
function draft(i: number): BuildDraft {
  return {
    projectId: PROJECT,
    recordId: `record ${i}`,
    job: { name: `job ${i % 5}`, idIfNew: `${i}`.padStart(32, '0') },
    source: '',
    creatorId: 'ada',
    createdAtMs: 1,
    steps: [
      { stepId: 1, name: 'checkout' },
      { stepId: i % 2 === 0 ? 2 : 1, name: 'build' },
    ],
  }
}

function frame(log: number, at: number): Frame {
  return {
    log,
    at,
    end: at + 10,
    firstLine: at,
    lines: 10,
    pack: `pack ${log}`,
    position: at,
    storedBytes: 10,
  }
}

/** A call that joins its first log and fails in its second, on every second turn. */
const frames = (i: number) => [frame(i, 0), frame(i, 10), frame(1_000 + i, i % 2 === 0 ? 0 : 7)]

test('transactions and reads that run at once do not see or undo each other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-catalog-concurrency-'))
  try {
    await using db = await openSqlite(join(folder, 'catalog.db'))
    const [builds, table] = [sqlBuildCatalog(db), sqlFrameCatalog(db)]
    const rounds = Array.from({ length: ROUNDS }, (_, i) => i)
    const outcomes = await Promise.all(
      rounds.map(async i => {
        const [made, added, seen, ends] = await Promise.allSettled([
          builds.createBuild(draft(i)),
          table.addFrames(frames(i)),
          Promise.all(rounds.map(j => builds.findBuild(PROJECT, { recordId: `record ${j}` }))),
          table.packedEnds(rounds),
        ])
        assert.ok(seen.status === 'fulfilled' && ends.status === 'fulfilled')
        // A build or a frame of a transaction that fails was never to be seen, not even while it
        // ran.
        for (const build of seen.value)
          assert.ok(build === undefined || Number(build.recordId.slice(7)) % 2 === 0)
        for (const [log, { end }] of ends.value) assert.ok(end === 0 || (end === 20 && log % 2 === 0))
        return [made.status, added.status]
      }),
    )
    for (const [i, statuses] of outcomes.entries()) {
      const expected = i % 2 === 0 ? 'fulfilled' : 'rejected'
      assert.deepEqual(statuses, [expected, expected])
      assert.equal((await builds.findBuild(PROJECT, { recordId: `record ${i}` })) !== undefined, i % 2 === 0)
      assert.equal((await builds.listSteps(PROJECT, `record ${i}`)).length, i % 2 === 0 ? 2 : 0)
      assert.equal((await table.framesOf(i, 0, 100, 10)).length, i % 2 === 0 ? 2 : 0)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
