import type { Kysely, Transaction } from 'kysely'
import type { ProjectId } from '../../../contract/ids.ts'
import type { LogId } from '../../../contract/quantities.ts'
import type { BuildRemoval } from '../../../core/ports/build-removal.ts'
import { integersOf } from '../dialect.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'

/** Implements BuildRemoval on an SQL database. The database's owner closes it. */
export function sqlBuildRemoval(db: Kysely<Tables>): BuildRemoval {
  const removeBuild: BuildRemoval['removeBuild'] = (project, record) =>
    db.transaction().execute(async trx => {
      const builds = await buildsOf(trx, project).where('record_id', '=', record).execute()
      return builds.length === 0 ? undefined : removeBuilds(trx, builds)
    })
  const removeJob: BuildRemoval['removeJob'] = (project, jobId, maxBuilds) =>
    db.transaction().execute(async trx => {
      const job = await trx
        .selectFrom('jobs')
        .select('id')
        .where('project_id', '=', project)
        .where('job_id', '=', jobId)
        .executeTakeFirst()
      if (job === undefined) return undefined
      const oldest = buildsOf(trx, project).where('job', '=', job.id).orderBy('build_no').limit(maxBuilds)
      const builds = await oldest.execute()
      const logs = await removeBuilds(trx, builds)
      const jobIsGone = builds.length < maxBuilds
      if (jobIsGone) await trx.deleteFrom('jobs').where('id', '=', job.id).execute()
      return { records: builds.map(build => build.record_id), logs, jobIsGone }
    })
  return {
    removeBuild: (...wanted) => reportFailures(() => removeBuild(...wanted)),
    removeJob: (...wanted) => reportFailures(() => removeJob(...wanted)),
    removedLogs: limit =>
      reportFailures(async () => {
        const rows = await db.selectFrom('removed_logs').select('log').orderBy('log').limit(limit).execute()
        return rows.map(row => row.log)
      }),
    forgetLogs: logs =>
      reportFailures(async () => {
        const gone = integersOf(db, JSON.stringify(logs))
        await db
          .deleteFrom('removed_logs')
          .where('log', 'in', gone as never)
          .execute()
      }),
  }
}

const buildsOf = (trx: Transaction<Tables>, project: ProjectId) =>
  trx.selectFrom('builds').select(['id', 'project_id', 'record_id']).where('project_id', '=', project)

type RemovableBuild = Awaited<ReturnType<ReturnType<typeof buildsOf>['execute']>>[number]

async function removeBuilds(
  trx: Transaction<Tables>,
  builds: readonly RemovableBuild[],
): Promise<readonly LogId[]> {
  if (builds.length === 0) return []
  const ids = integersOf(trx, JSON.stringify(builds.map(({ id }) => id))) as never
  await trx
    .insertInto('removed_records')
    .values(builds.map(({ project_id, record_id }) => ({ project_id, record_id })))
    .execute()
  const ofBuilds = trx.selectFrom('steps').select('log').where('build', 'in', ids)
  await trx.insertInto('removed_logs').columns(['log']).expression(ofBuilds).execute()
  const steps = await trx.deleteFrom('steps').where('build', 'in', ids).returning('log').execute()
  await trx.deleteFrom('builds').where('id', 'in', ids).execute()
  return steps.map(({ log }) => log)
}
