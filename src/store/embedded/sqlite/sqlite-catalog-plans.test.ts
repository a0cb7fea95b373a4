import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Kysely } from 'kysely'
import { sqlBuildCatalog } from '../../sql/catalog/sql-build-catalog.ts'
import { sqlBuildHistory } from '../../sql/catalog/sql-build-history.ts'
import { sqlFrameCatalog } from '../../sql/catalog/sql-frame-catalog.ts'
import { migrate } from '../../sql/migrations/migrate.ts'
import type { Tables } from '../../sql/tables.ts'
import { NodeSqliteDialect } from './node-sqlite-dialect.ts'

test('every look-up of the catalog seeks in an index and never scans or sorts a table', async () => {
  const raw = new DatabaseSync(':memory:')
  const texts = new Set<string>()
  await using db = new Kysely<Tables>({
    dialect: new NodeSqliteDialect(raw),
    log: event => {
      texts.add(event.query.sql)
    },
  })
  await migrate(db)
  texts.clear()
  await useEverything(db)
  await useHistory(db)
  const plans = [...texts]
    .filter(text => /^(select|update)/.test(text))
    .map(text => ({ text, plan: planOf(raw, text) }))
  assert.ok(plans.length >= 40, `${plans.length} statements were seen`)
  for (const { text, plan } of plans)
    for (const step of plan) assert.match(step, SEEK, `${text}\n${plan.join('\n')}`)
})

/**
 * A seek by key (not a walk from a row number on), the list of wanted logs, or the name of a
 * subquery whose own steps follow.
 */
const SEEK = /^(SEARCH (?!.*rowid>)|SCAN json_each|(LIST|SCALAR|CORRELATED SCALAR) SUBQUERY)/

const planOf = (raw: DatabaseSync, text: string) =>
  raw
    .prepare(`explain query plan ${text}`)
    .all()
    .map(row => String(row.detail))

async function useEverything(db: Kysely<Tables>): Promise<void> {
  const builds = sqlBuildCatalog(db)
  const frames = sqlFrameCatalog(db)
  const draft = { projectId: 'p', source: '', creatorId: 'ada', createdAtMs: 1 }
  const steps = [{ stepId: 1, name: 'x' }]
  await builds.createBuild({ ...draft, recordId: 'r', job: { name: 'n', idIfNew: 'j' }, steps })
  await builds.createBuild({ ...draft, recordId: 's', job: { id: 'j' }, steps })
  for (const address of [{ recordId: 'r' }, { jobId: 'j', buildNo: 1 }]) {
    assert.ok(await builds.findBuild('p', address))
    assert.ok(await builds.findStep('p', address, 1))
  }
  await builds.addSteps('p', 'r', steps)
  await builds.listSteps('p', 'r')
  await builds.changeStep(1, ['waiting'], { state: 'running' })
  await builds.finishBuild('p', 'r', 'SUCCESS', 1)
  await builds.statesOf([1])
  await builds.runningLogs(0, 10)
  await builds.openBuilds(0)
  await frames.addFrames([
    { log: 1, at: 0, end: 1, firstLine: 0, lines: 1, pack: 'k', position: 0, storedBytes: 1 },
  ])
  await frames.framesOf(1, 0, 1, 1)
  await frames.frameOfLine(1, 1)
  await frames.packEnd('k')
}

async function useHistory(db: Kysely<Tables>): Promise<void> {
  const history = sqlBuildHistory(db)
  const part = { skip: 0, limit: 10 }
  const span = { fromMs: 0, toMs: 9 }
  assert.ok(await history.findJob('p', 'j'))
  for (const seen of [{}, { creatorId: 'ada' }, { recordId: 's' }]) {
    for (const nameContains of ['', 'n']) {
      const selection = { seen, nameContains }
      assert.equal((await history.listJobs('p', selection, part)).length, 1)
      assert.equal((await history.listJobs('p', selection, part, 9)).length, 1)
      assert.equal(await history.countJobs('p', selection), 1)
    }
    assert.ok((await history.listBuilds('p', 'j', seen, part)).length > 0)
    assert.ok((await history.listBuilds('p', 'j', seen, part, 9)).length > 0)
    assert.ok((await history.listBuildsMade('p', 'j', seen, span, part)).length > 0)
    assert.ok((await history.countBuilds('p', 'j', seen)) > 0)
    assert.ok((await history.countBuilds('p', 'j', seen, span)) > 0)
  }
}
