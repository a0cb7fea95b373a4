import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import { FairSqliteDriver } from './fair-sqlite-driver.ts'

/** Prepared statements that are kept; the statements of all use-cases together are fewer. */
const KEPT_STATEMENTS_MAX = 256

/** Kysely's SQLite dialect on one open connection of node:sqlite, which it closes in the end. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    super({ database: asSqliteDatabase(db) })
    this.#db = db
  }

  override createDriver(): FairSqliteDriver {
    return new FairSqliteDriver({ database: asSqliteDatabase(this.#db) }, () => this.#db.isTransaction)
  }

  override createAdapter(): SqliteAdapter {
    return new FairSqliteAdapter()
  }
}

class FairSqliteAdapter extends SqliteAdapter {
  /** There is one connection, but its driver itself makes its users wait. */
  override get supportsMultipleConnections(): boolean {
    return true
  }

  /** A migration that fails or is killed changes nothing. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

function asSqliteDatabase(db: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => db.close(),
    prepare(text) {
      let statement = kept.get(text)
      if (statement === undefined) {
        statement = asSqliteStatement(db.prepare(text))
        if (kept.size >= KEPT_STATEMENTS_MAX) kept.delete(kept.keys().next().value!)
        kept.set(text, statement)
      }
      return statement
    },
  }
}

function asSqliteStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: values => statement.all(...(values as SQLInputValue[])),
    run: values => statement.run(...(values as SQLInputValue[])),
    iterate: values => statement.iterate(...(values as SQLInputValue[])),
  }
}
