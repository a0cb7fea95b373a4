import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
type AnyKysely = Kysely<any>

/** Makes the index by which a starting server finds the builds without a result. */
export const openBuildsMigration: Migration = {
  async up(db: AnyKysely) {
    await db.schema
      .createIndex('builds_open')
      .on('builds')
      .column('created_at_ms')
      .where(sql<boolean>`outcome is null`)
      .execute()
  },
}
