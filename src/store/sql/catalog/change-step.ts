import type { Kysely } from 'kysely'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import type { Tables } from '../tables.ts'
import { outcomeCode, stateCode } from './step-codes.ts'

/**
 * `changeStep` of the port, in one statement that compares and sets. Kysely leaves out columns that
 * are undefined.
 */
export function stepChanger(db: Kysely<Tables>): BuildCatalog['changeStep'] {
  return async (log, from, change) => {
    if (from.length === 0) return false
    const { numUpdatedRows } = await db
      .updateTable('steps')
      .set({
        state: stateCode(change.state),
        began_at_ms: change.beganAtMs,
        finished_at_ms: change.finishedAtMs,
        outcome: change.outcome && outcomeCode(change.outcome),
        size_bytes: change.sizeBytes,
        sha256: change.sha256 === undefined ? undefined : Uint8Array.fromHex(change.sha256),
        verified: change.verified === undefined ? undefined : Number(change.verified),
      })
      .where('log', '=', log)
      .where('state', 'in', from.map(stateCode))
      .executeTakeFirstOrThrow()
    return numUpdatedRows > 0n
  }
}
