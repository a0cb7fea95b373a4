import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { wideInteger } from '../dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no other schema than its own
type AnyKysely = Kysely<any>

/** Adds how many bytes of each pack are alive: counted once here, kept up to date from then on. */
export const packUsageMigration: Migration = {
  async up(db: AnyKysely) {
    await db.schema
      .alterTable('packs')
      .addColumn('live_bytes', wideInteger(db), column => column.notNull().defaultTo(0))
      .execute()
    await sql`update packs set live_bytes = counted.bytes
      from (select pack, sum(stored_bytes) as bytes from frames group by pack) as counted
      where counted.pack = packs.id`.execute(db)
  },
}
