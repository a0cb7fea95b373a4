import {
  type ColumnDefinitionBuilder,
  type CreateTableBuilder,
  type Kysely,
  PostgresAdapter,
  sql,
} from 'kysely'

/** Every place where SQLite and PostgreSQL want different SQL. */

// biome-ignore lint/suspicious/noExplicitAny: any schema will do, only the adapter is asked
type AnyKysely = Kysely<any>

const onPostgres = (db: AnyKysely) => db.getExecutor().adapter instanceof PostgresAdapter

/** Numbers 1, 2, ... that are never used again, also after deletion. */
export function identity(db: AnyKysely) {
  return (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => {
    const key = column.primaryKey()
    return onPostgres(db) ? key.generatedAlwaysAsIdentity() : key.autoIncrement()
  }
}

/** Integers up to 2^53 - 1. SQLite wants `integer` for identities. */
export const wideInteger = (db: AnyKysely) => (onPostgres(db) ? 'bigint' : 'integer')

export const bytesType = (db: AnyKysely) => (onPostgres(db) ? 'bytea' : 'blob')

/** Keeps the rows in the primary key itself, where the database can. */
export function clustered<T extends string, C extends string>(
  db: AnyKysely,
  table: CreateTableBuilder<T, C>,
): CreateTableBuilder<T, C> {
  return onPostgres(db) ? table : table.modifyEnd(sql`without rowid, strict`)
}
