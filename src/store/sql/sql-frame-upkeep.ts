import { type Kysely, sql } from 'kysely'
import type { FrameUpkeep } from '../../core/ports/frame-upkeep.ts'
import { integersOf } from './dialect.ts'
import { reportFailures } from './report-failures.ts'
import type { Tables } from './tables.ts'

/** FrameUpkeep on an SQL database, which its owner closes. */
export function sqlFrameUpkeep(db: Kysely<Tables>): FrameUpkeep {
  return {
    removeFrames: (logs, limit) =>
      reportFailures(async () => {
        const some = db
          .selectFrom('frames')
          .select(['log', 'at'])
          .where('log', 'in', integersOf(db, JSON.stringify(logs)) as never)
          .limit(limit)
        const { numDeletedRows } = await db
          .deleteFrom('frames')
          .where(sql<boolean>`(log, at) in (${some})`)
          .executeTakeFirstOrThrow()
        return Number(numDeletedRows)
      }),
  }
}
