import type { Kysely } from 'kysely'
import { TailraceError } from '../../../contract/errors.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import type { Tables } from '../tables.ts'
import type { buildFinder } from './find-build.ts'
import { outcomeCode, SKIPPED, WAITING } from './step-codes.ts'

/** `finishBuild` of the port, in one transaction. */
export function buildFinisher(
  db: Kysely<Tables>,
  findBuild: ReturnType<typeof buildFinder>,
): BuildCatalog['finishBuild'] {
  return (project, record, outcome, atMs) =>
    db.transaction().execute(async trx => {
      const build = await trx
        .updateTable('builds')
        .set({ outcome: outcomeCode(outcome), finished_at_ms: atMs })
        .where('project_id', '=', project)
        .where('record_id', '=', record)
        .where('outcome', 'is', null)
        .returning('id')
        .executeTakeFirst()
      if (build === undefined) {
        if (await findBuild(trx, project, { recordId: record })) return false
        throw new TailraceError('not-found', 'No such build.')
      }
      await trx
        .updateTable('steps')
        .set({ state: SKIPPED })
        .where('build', '=', build.id)
        .where('state', '=', WAITING)
        .execute()
      return true
    })
}
