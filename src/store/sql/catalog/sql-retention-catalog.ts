import type { Kysely } from 'kysely'
import type { AgingBuild, RetentionCatalog } from '../../../core/ports/retention-catalog.ts'
import { integersOf } from '../dialect.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'
import { withoutNulls } from '../without-nulls.ts'
import { RUNNING, SEALED } from './step-codes.ts'

/** Implements RetentionCatalog on an SQL database. The database's owner closes it. */
export function sqlRetentionCatalog(db: Kysely<Tables>): RetentionCatalog {
  return {
    agingBuilds: (...wanted) => reportFailures(() => agingBuilds(db, ...wanted)),
    setJobRule: (project, job, { days = null, bytes = null }) =>
      reportFailures(async () => {
        const { numUpdatedRows } = await db
          .updateTable('jobs')
          .set({ retention_days: days, retention_bytes: bytes })
          .where('project_id', '=', project)
          .where('job_id', '=', job)
          .executeTakeFirstOrThrow()
        return numUpdatedRows > 0n
      }),
  }
}

async function agingBuilds(db: Kysely<Tables>, place: number, limit: number): Promise<readonly AgingBuild[]> {
  const builds = await db
    .selectFrom('builds')
    .innerJoin('jobs', 'jobs.id', 'builds.job')
    .select(['builds.id', 'builds.project_id', 'jobs.job_id', 'builds.record_id', 'builds.created_at_ms'])
    .select(['builds.outcome', 'jobs.retention_days as days', 'jobs.retention_bytes as bytes'])
    .where('builds.id', '<', place)
    .orderBy('builds.id', 'desc')
    .limit(limit)
    .execute()
  const steps = await stepsOf(
    db,
    builds.map(({ id }) => id),
  )
  return builds.map(build => {
    const own = steps.get(build.id) ?? []
    return {
      place: build.id,
      projectId: build.project_id,
      jobId: build.job_id,
      recordId: build.record_id,
      createdAtMs: build.created_at_ms,
      hasOutcome: build.outcome !== null,
      isRunning: own.some(({ state }) => state === RUNNING),
      sealedBytes: own.reduce((bytes, { size_bytes }) => bytes + (size_bytes ?? 0), 0),
      openLogs: own.filter(({ state }) => state !== SEALED).map(({ log }) => log),
      jobRule: withoutNulls({ days: build.days, bytes: build.bytes }),
    }
  })
}

type AgingStep = Awaited<ReturnType<ReturnType<typeof selectSteps>['execute']>>[number]

const selectSteps = (db: Kysely<Tables>, builds: readonly number[]) =>
  db
    .selectFrom('steps')
    .select(['build', 'log', 'state', 'size_bytes'])
    .where('build', 'in', integersOf(db, JSON.stringify(builds)) as never)
    .orderBy('log')

async function stepsOf(
  db: Kysely<Tables>,
  builds: readonly number[],
): Promise<ReadonlyMap<number, AgingStep[]>> {
  const rows = await selectSteps(db, builds).execute()
  return Map.groupBy(rows, ({ build }) => build)
}
