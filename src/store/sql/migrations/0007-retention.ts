import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { wideInteger } from '../dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
type AnyKysely = Kysely<any>

/** Adds a job's own retention rule. */
export const retentionMigration: Migration = {
  async up(db: AnyKysely) {
    await db.schema.alterTable('jobs').addColumn('retention_days', 'integer').execute()
    await db.schema.alterTable('jobs').addColumn('retention_bytes', wideInteger(db)).execute()
  },
}
