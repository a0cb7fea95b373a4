import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Kysely, sql } from 'kysely'
import { NodeSqliteDialect } from '../../embedded/sqlite/node-sqlite-dialect.ts'
import type { Tables } from '../tables.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'

/** What released versions have recorded, in the order in which they ran the migrations. */
const RECORDED_NAMES = [
  '0001-catalog',
  '0002-credentials',
  '0003-token-parents',
  '0005-history',
  '0005-removal',
  '0006-pack-usage',
  '0007-retention',
  '0008-open-builds',
]

const openDatabase = () =>
  new Kysely<Tables>({ dialect: new NodeSqliteDialect(new DatabaseSync(':memory:')) })

/** A database as a released version left it that knew the first `count` migrations. */
async function databaseOfOlderVersion(count: number): Promise<Kysely<Tables>> {
  const db = openDatabase()
  await sql`create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(
    db,
  )
  for (const [n, name] of RECORDED_NAMES.slice(0, count).entries()) {
    await migrations[name]!.up(db)
    await record(db, name, new Date(1_700_000_000_000 + n).toISOString())
  }
  return db
}

async function record(db: Kysely<Tables>, name: string, timestamp: string): Promise<void> {
  await sql`insert into kysely_migration (name, timestamp) values (${name}, ${timestamp})`.execute(db)
}

async function recordedNames(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

/** Every table and index with the SQL that makes it. */
async function schemaOf(db: Kysely<Tables>): Promise<unknown> {
  const { rows } =
    await sql`select type, name, sql from sqlite_schema where name not like 'kysely%' and name not like 'sqlite%' order by name`.execute(
      db,
    )
  return rows
}

test('the files of migrations are numbered 1, 2, … in the order in which they run', () => {
  const files = readdirSync(import.meta.dirname).filter(file => /^\d/.test(file))
  assert.deepEqual(
    files.map(file => Number(file.slice(0, 4))),
    files.map((_, i) => i + 1),
  )
  const subjects = (names: readonly string[]) => names.map(name => name.replace(/^\d+-|\.ts$/g, ''))
  assert.deepEqual(subjects(files), subjects(Object.keys(migrations).toSorted()))
})

test('a new database records the names that released versions know, so that they still open it', async () => {
  await using db = openDatabase()
  await migrate(db)
  assert.deepEqual(await recordedNames(db), RECORDED_NAMES)
})

for (const [count, next] of [...RECORDED_NAMES, undefined].entries())
  test(`a database of an older version opens with the new schema: ${next ?? 'none'} is its first missing migration`, async () => {
    await using fresh = openDatabase()
    await migrate(fresh)
    await using db = await databaseOfOlderVersion(count)
    await migrate(db)
    assert.deepEqual(await recordedNames(db), RECORDED_NAMES)
    assert.deepEqual(await schemaOf(db), await schemaOf(fresh))
  })

test('a database with a migration that this version does not know is rejected and stays as it is', async () => {
  await using db = await databaseOfOlderVersion(3)
  const before = await schemaOf(db)
  await record(db, '9999-later', '2099-01-01T00:00:00.000Z')
  await assert.rejects(migrate(db), { code: 'store-unavailable', message: /9999-later/ })
  assert.deepEqual(await schemaOf(db), before)
})
