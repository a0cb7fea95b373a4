import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Links a token to the token it was made from. Deleting that one deletes both. */
export const tokenParentMigration: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
  async up(db: Kysely<any>) {
    await db.schema
      .alterTable('tokens')
      .addColumn('parent_sha256', 'text', column => column.references('tokens.sha256').onDelete('cascade'))
      .execute()
    await db.schema.createIndex('tokens_by_parent').on('tokens').column('parent_sha256').execute()
  },
}
