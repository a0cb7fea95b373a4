import {
  type ColumnDefinitionBuilder,
  type CreateTableBuilder,
  type Kysely,
  PostgresAdapter,
  type RawBuilder,
  sql,
} from 'kysely'

/** Every place where SQLite and PostgreSQL need different SQL. */

// biome-ignore lint/suspicious/noExplicitAny: any schema will do, only the adapter is asked
type AnyKysely = Kysely<any>

const onPostgres = (db: AnyKysely) => db.getExecutor().adapter instanceof PostgresAdapter

/** Numbers 1, 2, … that are never used again, not even after a deletion. */
export function identity(db: AnyKysely) {
  return (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => {
    const key = column.primaryKey()
    return onPostgres(db) ? key.generatedAlwaysAsIdentity() : key.autoIncrement()
  }
}

/** The greatest number ever given to an `identity` column, 0 if none was. */
export function lastIdentity(db: AnyKysely, table: string, column: string): RawBuilder<{ last: number }> {
  return onPostgres(db)
    ? sql`select coalesce(pg_sequence_last_value(pg_get_serial_sequence(${table}, ${column})), 0) as last`
    : sql`select coalesce(max(seq), 0) as last from sqlite_sequence where name = ${table}`
}

/** The type of integers up to 2^53 - 1. SQLite needs `integer` for identities. */
export const wideInteger = (db: AnyKysely) => (onPostgres(db) ? 'bigint' : 'integer')

export const bytesType = (db: AnyKysely) => (onPostgres(db) ? 'bytea' : 'blob')

/** Stores the rows in the primary key itself, if the database can. */
export function clustered<T extends string, C extends string>(
  db: AnyKysely,
  table: CreateTableBuilder<T, C>,
): CreateTableBuilder<T, C> {
  return onPostgres(db) ? table : table.modifyEnd(sql`without rowid, strict`)
}

/**
 * The integers of a JSON list, `[1,2]`, as a subquery with the column `value`: one statement for
 * lists of any length.
 */
export function integersOf(db: AnyKysely, jsonList: string): RawBuilder<{ value: number }> {
  return onPostgres(db)
    ? sql`(select cast(value as bigint) as value from json_array_elements_text(cast(${jsonList} as json)))`
    : sql`(select value from json_each(${jsonList}))`
}

/**
 * A row limit. SQLite prepares a statement again for each value of a bare parameter there, which
 * takes longer than a point read.
 */
export function limitOf(rows: number): RawBuilder<number> {
  return sql`cast(${rows} as integer)`
}

/** Violations of a primary key and of another key. */
const SQLITE_UNIQUE_VIOLATIONS = [1555, 2067]
const POSTGRES_UNIQUE_VIOLATION = '23505'

/**
 * The fields of a driver's error that we look at: node:sqlite sets `errcode`, pg sets `code` to an
 * SQLSTATE.
 */
interface DriverError {
  readonly code?: unknown
  readonly errcode?: unknown
}

/** Returns true when a row was rejected because its key exists. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode } = error as DriverError
  return code === POSTGRES_UNIQUE_VIOLATION || SQLITE_UNIQUE_VIOLATIONS.includes(errcode as number)
}

/** SQLite: error in the SQL, constraint, wrong type, misuse, bad parameter. */
const SQLITE_MISTAKES = [1, 19, 20, 21, 25]
/** PostgreSQL: data exceptions, constraints, syntax and names. */
const POSTGRES_MISTAKES = /^(22|23|42)/

/** Returns true when the database failed, false when the query was wrong. */
export function isStoreFailure(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return false
  const { code, errcode } = error as DriverError
  if (typeof errcode === 'number') return !SQLITE_MISTAKES.includes(errcode & 0xff)
  return !(typeof code === 'string' && POSTGRES_MISTAKES.test(code))
}
