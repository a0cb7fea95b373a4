import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A token that was re-scoped from another knows it, and goes with it. */
export const tokenParentMigration: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a migration knows no schema but the one it makes
  async up(db: Kysely<any>) {
    await db.schema
      .alterTable('tokens')
      .addColumn('parent_sha256', 'text', column => column.references('tokens.sha256').onDelete('cascade'))
      .execute()
    await db.schema.createIndex('tokens_by_parent').on('tokens').column('parent_sha256').execute()
  },
}
