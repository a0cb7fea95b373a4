import type { Kysely, Transaction } from 'kysely'
import { TailraceError } from '../../../contract/errors.ts'
import type { ProjectId, RecordId } from '../../../contract/ids.ts'
import type { BuildCatalog, BuildDraft } from '../../../core/ports/build-catalog.ts'
import { compileOnce } from '../compile-once.ts'
import { isUniqueViolation } from '../dialect.ts'
import { retryOnceWhenTaken } from '../retry-once-when-taken.ts'
import type { Tables } from '../tables.ts'
import type { buildFinder } from './find-build.ts'
import type { InsertSteps } from './insert-steps.ts'

/**
 * `createBuild` of the port, in one transaction. Rejects with `already-exists` when another job has
 * `idIfNew`.
 */
export function buildCreator(
  db: Kysely<Tables>,
  findBuild: ReturnType<typeof buildFinder>,
  insertSteps: InsertSteps,
): BuildCatalog['createBuild'] {
  const removed = compileOnce<{ project: ProjectId; record: RecordId }>()(value =>
    db
      .selectFrom('removed_records')
      .select('record_id')
      .where('project_id', '=', value('project'))
      .where('record_id', '=', value('record')),
  )
  const wasRemoved = async (trx: Transaction<Tables>, { projectId, recordId }: BuildDraft) =>
    (await removed(trx, { project: projectId, record: recordId })).length > 0
  const create = (draft: BuildDraft) =>
    db.transaction().execute(async trx => {
      const found = await findBuild(trx, draft.projectId, draft)
      if (found !== undefined) return { build: found, created: false }
      if (await wasRemoved(trx, draft)) throw new TailraceError('not-found', 'The build was deleted.')
      await insertSteps(trx, await insertBuild(trx, draft), draft.steps)
      return { build: (await findBuild(trx, draft.projectId, draft))!, created: true }
    })
  return async draft => {
    try {
      return await retryOnceWhenTaken(() => create(draft))
    } catch (error) {
      if (isUniqueViolation(error)) throw jobIdTaken(error)
      throw error
    }
  }
}

const jobIdTaken = (cause: unknown) =>
  new TailraceError('already-exists', 'The id of the new job is taken.', {}, { cause })

async function insertBuild(trx: Transaction<Tables>, draft: BuildDraft): Promise<number> {
  const job = await takeNumber(trx, draft)
  const build = await trx
    .insertInto('builds')
    .values({
      project_id: draft.projectId,
      record_id: draft.recordId,
      job: job.id,
      build_no: job.next_build_no - 1,
      source: draft.source,
      creator_id: draft.creatorId,
      created_at_ms: draft.createdAtMs,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return build.id
}

/**
 * Takes the job's next build number. The row lock makes concurrent builds of one job wait for each
 * other.
 */
async function takeNumber(trx: Transaction<Tables>, { projectId, job }: BuildDraft) {
  const row = await ('id' in job
    ? trx
        .updateTable('jobs')
        .set(eb => ({ next_build_no: eb('next_build_no', '+', 1) }))
        .where('project_id', '=', projectId)
        .where('job_id', '=', job.id)
        .returning(['id', 'next_build_no'])
        .executeTakeFirst()
    : trx
        .insertInto('jobs')
        .values({ project_id: projectId, job_id: job.idIfNew, name: job.name, next_build_no: 2 })
        .onConflict(conflict =>
          conflict
            .columns(['project_id', 'name'])
            .doUpdateSet(eb => ({ next_build_no: eb('jobs.next_build_no', '+', 1) })),
        )
        .returning(['id', 'next_build_no'])
        .executeTakeFirst())
  if (row === undefined) throw new TailraceError('not-found', 'No such job.')
  return row
}
