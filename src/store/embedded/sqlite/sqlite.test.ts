import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { isTailraceError } from '../../../contract/errors.ts'
import { openSqlite } from './sqlite.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-sqlite-'))
})
after(() => rm(folder, { recursive: true }))

const MODULE = fileURLToPath(new URL('./sqlite.ts', import.meta.url))

/** A second process that opens the database, says `open`, and keeps it until it is killed. */
async function holdInAnotherProcess(path: string): Promise<ChildProcess> {
  const script = `import { openSqlite } from ${JSON.stringify(MODULE)}
    await openSqlite(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
  assert.equal(String(said), 'open\n')
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('a second server on the same data directory is rejected with the name of the directory, until the first one dies', async () => {
  const path = join(folder, 'locked', 'catalog.db')
  const holder = await holdInAnotherProcess(path)
  try {
    await assert.rejects(openSqlite(path), error => {
      assert.ok(isTailraceError(error, 'store-unavailable'))
      assert.equal(
        error.message,
        `Another Tailrace server uses the data directory ${dirname(path)}: stop it first.`,
      )
      return true
    })
  } finally {
    await killed(holder)
  }
  await using db = await openSqlite(path)
  assert.deepEqual(await db.selectFrom('jobs').selectAll().execute(), [])
})

test('a refused second opening in the same process takes the lock from nobody', async () => {
  const path = join(folder, 'twice', 'catalog.db')
  await using first = await openSqlite(path)
  await assert.rejects(openSqlite(path), error => isTailraceError(error, 'store-unavailable'))
  const child = spawn(process.execPath, [
    '--input-type=module-typescript',
    '-e',
    `import { openSqlite } from ${JSON.stringify(MODULE)}
    await openSqlite(${JSON.stringify(path)}).then(() => process.exit(0), () => process.exit(7))`,
  ])
  assert.deepEqual(await once(child, 'exit'), [7, null])
  assert.deepEqual(await first.selectFrom('jobs').selectAll().execute(), [])
})

test('a commit is flushed to the disk, and references are enforced', async () => {
  await using db = await openSqlite(join(folder, 'pragmas', 'catalog.db'))
  const pragma = async (name: string) =>
    Object.values((await sql.raw(`pragma ${name}`).execute(db)).rows[0]!)[0]
  assert.equal(await pragma('journal_mode'), 'wal')
  assert.equal(await pragma('synchronous'), 2)
  assert.equal(await pragma('foreign_keys'), 1)
  assert.equal(await pragma('locking_mode'), 'exclusive')
  assert.equal(await pragma('busy_timeout'), 1000)
})

test('only the owner can read the database and its folder', async () => {
  const path = join(folder, 'private', 'catalog.db')
  await using _db = await openSqlite(path)
  for (const file of [path, `${path}-wal`]) assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await stat(dirname(path))).mode & 0o777, 0o700)
})

test('a file that is not a database, and a database of a newer Tailrace, are rejected with a reason', async () => {
  const noise = join(folder, 'noise.db')
  await writeFile(noise, 'x'.repeat(8192))
  await assert.rejects(openSqlite(noise), error => isTailraceError(error, 'store-unavailable'))

  const newer = join(folder, 'newer.db')
  await (await openSqlite(newer)).destroy()
  const raw = new DatabaseSync(newer)
  raw.exec(`insert into kysely_migration (name, timestamp) values ('9999-later', '2099-01-01T00:00:00.000Z')`)
  raw.close()
  await assert.rejects(openSqlite(newer), /9999-later/)
})

test('what was stored is there when the database is opened again', async () => {
  const path = join(folder, 'again.db')
  const row = { project_id: 'p', job_id: 'j', name: 'n', next_build_no: 1 }
  {
    await using db = await openSqlite(path)
    await db.insertInto('jobs').values(row).execute()
  }
  await using db = await openSqlite(path)
  assert.deepEqual(
    { ...(await db.selectFrom('jobs').selectAll().executeTakeFirst()) },
    { id: 1, ...row, retention_days: null, retention_bytes: null },
  )
})
