import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { wideInteger } from '../dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration knows no schema but the one it makes
type AnyKysely = Kysely<any>

/** How much of each pack is alive, counted once from the rows and kept from then on. */
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
