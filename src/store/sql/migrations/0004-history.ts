import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
type AnyKysely = Kysely<any>

/** Makes the indexes for listing jobs and builds. */
export const historyMigration: Migration = {
  async up(db: AnyKysely) {
    await db.schema.createIndex('jobs_by_age').on('jobs').columns(['project_id', 'id']).execute()
    await db.schema
      .createIndex('builds_by_time')
      .on('builds')
      .columns(['job', 'created_at_ms', 'build_no'])
      .execute()
    await db.schema
      .createIndex('builds_by_creator')
      .on('builds')
      .columns(['job', 'creator_id', 'build_no'])
      .execute()
  },
}
