import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { errorMessage, systemErrorCode } from '../../../contract/caught.ts'
import { TailraceError } from '../../../contract/errors.ts'
import { migrate } from '../../sql/migrations/migrate.ts'
import type { Tables } from '../../sql/tables.ts'
import { NodeSqliteDialect } from './node-sqlite-dialect.ts'

/** How long a starting server waits for the lock of one that is just ending. */
const BUSY_TIMEOUT_MS = 1000
const CACHE_KIB = 16 * 1024

/**
 * Opens or makes the database at `path`, brings its schema up to date, and holds it for this
 * process alone until `destroy()` or the process's death: the lock is the kernel's. What a query
 * resolved to is durable. Nobody may open and close the file by other means in this process: POSIX
 * would drop the lock. Rejects with `store-unavailable` when another process has it, when it cannot
 * be opened, or when a newer Tailrace made it.
 */
export async function openSqlite(path: string): Promise<Kysely<Tables>> {
  return (await openSqliteConnection(path)).db
}

/** A database and its only connection. Destroying the database closes the connection. */
export interface SqliteConnection {
  readonly db: Kysely<Tables>
  /** Runs a PRAGMA of the connection now, before what the database has queued. */
  pragma(text: string): void
}

/** As `openSqlite`, with the connection. */
export async function openSqliteConnection(path: string): Promise<SqliteConnection> {
  const connection = openLocked(path)
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(connection) })
  try {
    await migrate(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  // Not by a statement of the database: those are kept, and SQLite runs some pragmas when it
  // prepares them.
  return { db, pragma: text => connection.exec(`PRAGMA ${text}`) }
}

function openLocked(path: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    createPrivately(path)
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
    configure(db)
    return db
  } catch (error) {
    db?.close()
    throw refusal(path, error)
  }
}

/** The exclusive mode comes first: entering WAL then takes the lock, and keeps it. */
function configure(db: DatabaseSync): void {
  db.exec('PRAGMA locking_mode = EXCLUSIVE')
  const mode = db.prepare('PRAGMA journal_mode = WAL').get()
  if (mode?.journal_mode !== 'wal') throw new Error('the file system does not allow a write-ahead log')
  db.exec('PRAGMA synchronous = FULL')
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
  db.exec('BEGIN EXCLUSIVE; COMMIT')
}

/**
 * The database holds hashes and encrypted secrets: the owner's eyes only. One that exists keeps its
 * mode.
 */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
}

const SQLITE_BUSY = 5

function refusal(path: string, error: unknown): TailraceError {
  const busy = ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY
  const text = busy
    ? `Another Tailrace server uses the data directory ${dirname(path)}: stop it first.`
    : `The catalog in ${dirname(path)} cannot be opened: ${errorMessage(error)}`
  return new TailraceError('store-unavailable', text, {}, { cause: error })
}
