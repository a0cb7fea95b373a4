import type { InsertResult } from 'kysely'
import { TailraceError } from '../../contract/errors.ts'

/** Rejects with `already-exists` when an insert with `on conflict do nothing` added nothing. */
export function refuseTaken(added: InsertResult, what: string): void {
  if (added.numInsertedOrUpdatedRows === 0n) throw new TailraceError('already-exists', `${what} is taken.`)
}
