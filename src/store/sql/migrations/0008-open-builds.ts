import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no schema but the one it finds
type AnyKysely = Kysely<any>

/** Makes the index by which a start finds builds that have no result yet. */
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
