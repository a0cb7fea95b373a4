import type { Kysely } from 'kysely'
import { TailraceError } from '../../../contract/errors.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import type { Tables } from '../tables.ts'
import type { InsertSteps } from './insert-steps.ts'

/** `addSteps` of the port, in one transaction. */
export function stepAdder(db: Kysely<Tables>, insertSteps: InsertSteps): BuildCatalog['addSteps'] {
  return (project, record, steps) =>
    db.transaction().execute(async trx => {
      const build = await trx
        .selectFrom('builds')
        .select('id')
        .where('project_id', '=', project)
        .where('record_id', '=', record)
        .executeTakeFirst()
      if (build === undefined) throw new TailraceError('not-found', 'No such build.')
      await insertSteps(trx, build.id, steps)
    })
}
