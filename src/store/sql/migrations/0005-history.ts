import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no schema but the one it finds
type AnyKysely = Kysely<any>

/** Makes the indexes that lists of jobs and builds seek in. */
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
