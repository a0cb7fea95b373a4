import type { Kysely } from 'kysely'
import type { BuildNo, JobId, ProjectId, RecordId } from '../../../contract/ids.ts'
import type { Build, BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { compileOnce } from '../compile-once.ts'
import type { Tables } from '../tables.ts'
import { withoutNulls } from '../without-nulls.ts'
import { outcomeOf } from './step-codes.ts'

/** `findBuild` of the port, on the database or in a transaction. */
export function buildFinder(db: Kysely<Tables>) {
  const byRecord = compileOnce<{ project: ProjectId; record: RecordId }>()(value =>
    selectBuild(db)
      .where('builds.project_id', '=', value('project'))
      .where('builds.record_id', '=', value('record')),
  )
  const byNumber = compileOnce<{ project: ProjectId; job: JobId; buildNo: BuildNo }>()(value =>
    selectBuild(db)
      .where('jobs.project_id', '=', value('project'))
      .where('jobs.job_id', '=', value('job'))
      .where('builds.build_no', '=', value('buildNo')),
  )
  return async (
    on: Kysely<Tables>,
    ...[project, address]: Parameters<BuildCatalog['findBuild']>
  ): Promise<Build | undefined> => {
    const [row] =
      'recordId' in address
        ? await byRecord(on, { project, record: address.recordId })
        : await byNumber(on, { project, job: address.jobId, buildNo: address.buildNo })
    return row && asBuild(row)
  }
}

/** The columns of a Build, from `builds` joined with `jobs`. */
export const BUILD_COLUMNS = [
  'builds.project_id as projectId',
  'jobs.job_id as jobId',
  'jobs.name as jobName',
  'builds.build_no as buildNo',
  'builds.record_id as recordId',
  'builds.source',
  'builds.creator_id as creatorId',
  'builds.created_at_ms as createdAtMs',
  'builds.finished_at_ms as finishedAtMs',
  'builds.outcome',
] as const

export const selectBuild = (db: Kysely<Tables>) =>
  db.selectFrom('builds').innerJoin('jobs', 'jobs.id', 'builds.job').select(BUILD_COLUMNS)

export type BuildColumns = Awaited<ReturnType<ReturnType<typeof selectBuild>['execute']>>[number]

export function asBuild({ finishedAtMs, outcome, ...always }: BuildColumns): Build {
  return {
    ...always,
    ...withoutNulls({ finishedAtMs, outcome: outcome === null ? null : outcomeOf(outcome) }),
  }
}
