import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { Kysely, sql } from 'kysely'
import { isTailraceError } from '../../../contract/errors.ts'
import type { BuildDraft } from '../../../core/ports/build-catalog.ts'
import type { Frame } from '../../../core/ports/pack-store.ts'
import { sqlBuildCatalog } from '../../sql/catalog/sql-build-catalog.ts'
import { sqlBuildHistory } from '../../sql/catalog/sql-build-history.ts'
import { sqlFrameCatalog } from '../../sql/catalog/sql-frame-catalog.ts'
import { migrate } from '../../sql/migrations/migrate.ts'
import type { Tables } from '../../sql/tables.ts'
import { NodeSqliteDialect } from './node-sqlite-dialect.ts'
import { openSqlite } from './sqlite.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-catalog-failures-'))
})
after(() => rm(folder, { recursive: true }))

const PROJECT = 'a'.repeat(32)

function draft(number: number, steps: number): BuildDraft {
  return {
    projectId: PROJECT,
    recordId: `record ${number}`,
    job: { name: 'deploy', idIfNew: 'j'.repeat(32) },
    source: '',
    creatorId: 'ada',
    createdAtMs: 1,
    steps: Array.from({ length: steps }, (_, i) => ({ stepId: i + 1, name: `step ${i + 1}` })),
  }
}

function frames(log: number, count: number): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    log,
    at: i * 10,
    end: i * 10 + 10,
    firstLine: i,
    lines: 1,
    pack: 'pack',
    position: i * 10,
    storedBytes: 10,
  }))
}

const unavailable = (error: unknown) => isTailraceError(error, 'store-unavailable')

const pragma = async (db: Kysely<Tables>, text: string) =>
  Number(Object.values((await sql.raw<object>(`pragma ${text}`).execute(db)).rows[0] ?? {})[0])

test('on a full disk the catalog rejects what does not fit, keeps what it has, and works again when there is space', async () => {
  const path = join(folder, 'full.db')
  {
    await using db = await openSqlite(path)
    const [builds, table] = [sqlBuildCatalog(db), sqlFrameCatalog(db)]
    await builds.createBuild(draft(1, 3))
    await table.addFrames(frames(1, 3))
    await pragma(db, `max_page_count = ${(await pragma(db, 'page_count')) + 8}`)

    await assert.rejects(builds.createBuild(draft(2, 9_000)), unavailable)
    await assert.rejects(table.addFrames([...frames(2, 1), ...frames(3, 9_000)]), unavailable)
    assert.equal((await builds.listSteps(PROJECT, 'record 1')).length, 3)
    assert.equal(await builds.findBuild(PROJECT, { recordId: 'record 2' }), undefined)
    assert.deepEqual(await table.packedEnds([2]), new Map([[2, { end: 0, lines: 0 }]]))
    assert.equal(await table.packEnd('pack'), 30)
  }
  await using db = await openSqlite(path)
  const [builds, table] = [sqlBuildCatalog(db), sqlFrameCatalog(db)]
  assert.equal(await builds.findBuild(PROJECT, { recordId: 'record 2' }), undefined)
  assert.equal((await builds.createBuild(draft(2, 9_000))).build.buildNo, 2)
  await table.addFrames([...frames(2, 1), ...frames(3, 9_000)])
  assert.equal((await table.packedEnds([3])).get(3)?.end, 90_000)
})

test('in a full database, space that is given later is used without a restart', async () => {
  await using db = await openSqlite(join(folder, 'grown.db'))
  const builds = sqlBuildCatalog(db)
  await pragma(db, `max_page_count = ${await pragma(db, 'page_count')}`)
  await assert.rejects(builds.createBuild(draft(1, 9_000)), unavailable)
  await pragma(db, 'max_page_count = 1000000')
  assert.deepEqual((await builds.createBuild(draft(1, 9_000))).created, true)
})

/**
 * A disk that fails when a commit is written, as long as `failing`; SQLite may end the transaction
 * itself then, or leave that to us.
 */
class FailingCommits extends DatabaseSync {
  failing = false
  endsTransaction = false

  override prepare(text: string) {
    const statement = super.prepare(text)
    if (text !== 'commit') return statement
    const run = statement.run.bind(statement)
    statement.run = () => {
      if (this.failing && this.endsTransaction) this.exec('rollback')
      if (this.failing) throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
      return run()
    }
    return statement
  }
}

for (const endsTransaction of [false, true])
  test(`a commit that fails${endsTransaction ? ' and ends its transaction' : ''} stores nothing, and the next one succeeds`, async () => {
    const disk = new FailingCommits(':memory:')
    disk.endsTransaction = endsTransaction
    await using db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(disk) })
    await migrate(db)
    const [builds, table] = [sqlBuildCatalog(db), sqlFrameCatalog(db)]
    disk.failing = true
    await assert.rejects(builds.createBuild(draft(1, 1)), unavailable)
    await assert.rejects(table.addFrames(frames(1, 1)), unavailable)
    disk.failing = false
    assert.equal(await builds.findBuild(PROJECT, { recordId: 'record 1' }), undefined)
    assert.deepEqual(await table.framesOf(1, 0, 10, 1), [])
    assert.equal((await builds.createBuild(draft(1, 1))).build.buildNo, 1)
    await table.addFrames(frames(1, 1))
  })

test('a migration that fails leaves no half-made schema', async () => {
  const disk = new FailingCommits(':memory:')
  await using db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(disk) })
  disk.failing = true
  await assert.rejects(migrate(db), unavailable)
  disk.failing = false
  await migrate(db)
  assert.equal((await sqlBuildCatalog(db).createBuild(draft(1, 1))).created, true)
})

test('a closed database is unavailable to every call', async () => {
  const db = await openSqlite(join(folder, 'closed.db'))
  const [builds, history, table] = [sqlBuildCatalog(db), sqlBuildHistory(db), sqlFrameCatalog(db)]
  await db.destroy()
  const calls = [
    builds.createBuild(draft(1, 1)),
    builds.addSteps(PROJECT, 'r', [{ stepId: 1, name: 'x' }]),
    builds.findBuild(PROJECT, { recordId: 'r' }),
    builds.findStep(PROJECT, { recordId: 'r' }, 1),
    builds.listSteps(PROJECT, 'r'),
    builds.changeStep(1, ['waiting'], { state: 'running' }),
    builds.finishBuild(PROJECT, 'r', 'SUCCESS', 1),
    builds.statesOf([1]),
    builds.runningLogs(0, 1),
    builds.openBuilds(0),
    history.findJob(PROJECT, 'j'),
    history.listJobs(PROJECT, { seen: {} }, { skip: 0, limit: 1 }),
    history.countJobs(PROJECT, { seen: {} }),
    history.listBuilds(PROJECT, 'j', {}, { skip: 0, limit: 1 }),
    history.listBuildsMade(PROJECT, 'j', {}, { fromMs: 0, toMs: 1 }, { skip: 0, limit: 1 }),
    history.countBuilds(PROJECT, 'j', {}),
    table.addFrames(frames(1, 1)),
    table.framesOf(1, 0, 1, 1),
    table.frameOfLine(1, 1),
    table.packedEnds([1]),
    table.packEnd('x'),
  ]
  for (const call of await Promise.allSettled(calls))
    assert.ok(call.status === 'rejected' && unavailable(call.reason))
})

test('a connection that breaks under the catalog is unavailable, too', async () => {
  const disk = new DatabaseSync(':memory:')
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(disk) })
  await migrate(db)
  const builds = sqlBuildCatalog(db)
  await builds.createBuild(draft(1, 1))
  disk.close()
  await assert.rejects(builds.findBuild(PROJECT, { recordId: 'record 1' }), unavailable)
  await assert.rejects(builds.createBuild(draft(2, 1)), unavailable)
})
