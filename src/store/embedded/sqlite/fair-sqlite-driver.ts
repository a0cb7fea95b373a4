import { type DatabaseConnection, type SqliteDialectConfig, SqliteDriver } from 'kysely'

/**
 * Kysely's driver for one SQLite connection, whose users take turns in the order in which they
 * came: a transaction holds the connection to its end, so nothing else runs inside it. (Kysely's
 * own lock wakes all who wait at every release, which is quadratic when thousands wait.)
 */
export class FairSqliteDriver extends SqliteDriver {
  readonly #waiting: (() => void)[] = []
  readonly #inTransaction: () => boolean
  #taken = false

  constructor(config: SqliteDialectConfig, inTransaction: () => boolean) {
    super(config)
    this.#inTransaction = inTransaction
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#taken) await new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#taken = true
    return super.acquireConnection()
  }

  override async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken = false
    else next()
  }

  /**
   * SQLite ends the transaction itself when the disk is full or fails; rolling back again would
   * hide the reason.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#inTransaction()) await super.rollbackTransaction(connection)
  }
}
