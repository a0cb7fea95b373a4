import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { wideInteger } from '../dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no schema but the one it makes
type AnyKysely = Kysely<any>

/** Jobs may have a rule of retention of their own. */
export const retentionMigration: Migration = {
  async up(db: AnyKysely) {
    await db.schema.alterTable('jobs').addColumn('retention_days', 'integer').execute()
    await db.schema.alterTable('jobs').addColumn('retention_bytes', wideInteger(db)).execute()
  },
}
