import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { errorMessage } from '../../../contract/caught.ts'
import { TailraceError } from '../../../contract/errors.ts'
import type { Tables } from '../tables.ts'
import { migrations } from './migrations.ts'

/**
 * Brings the schema up to date in one transaction. Rejects with `store-unavailable` when a
 * migration fails, or when a newer Tailrace has changed the schema; then it stays as it was.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined)
    throw new TailraceError(
      'store-unavailable',
      `The schema cannot be brought up to date: ${reason(error)}`,
      {},
      { cause: error },
    )
}

const reason = (error: unknown) => errorMessage(error)
