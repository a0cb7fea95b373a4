import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { clustered, wideInteger } from '../dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
type AnyKysely = Kysely<any>

/** Makes the tables of removed record ids and of removed logs whose bytes are still there. */
export const removalMigration: Migration = {
  async up(db: AnyKysely) {
    const records = db.schema
      .createTable('removed_records')
      .addColumn('project_id', 'text', column => column.notNull())
      .addColumn('record_id', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('removed_records_by_record', ['project_id', 'record_id'])
    await clustered(db, records).execute()
    await db.schema
      .createTable('removed_logs')
      .addColumn('log', wideInteger(db), column => column.primaryKey())
      .execute()
  },
}
