import { type Kysely, type SqlBool, sql } from 'kysely'
import type { ProjectId } from '../../../contract/ids.ts'
import type { BuildHistory, JobSelection, JobWithLatest, Seen } from '../../../core/ports/build-history.ts'
import { limitOf } from '../dialect.ts'
import type { Tables } from '../tables.ts'
import { asBuild, BUILD_COLUMNS, type BuildColumns } from './find-build.ts'
import { countsFor } from './list-builds.ts'

type Lister = Pick<BuildHistory, 'findJob' | 'listJobs' | 'countJobs'>

/** The port's methods for jobs. */
export function jobLister(db: Kysely<Tables>): Lister {
  return {
    async findJob(project, job) {
      const row = await db
        .selectFrom('jobs')
        .select(['project_id as projectId', 'job_id as jobId', 'name'])
        .where('project_id', '=', project)
        .where('job_id', '=', job)
        .executeTakeFirst()
      return row && { ...row }
    },
    async listJobs(project, selection, { skip, limit }, before) {
      let jobs = withLatest(db, project, selection)
        .select(['jobs.id as place', 'jobs.job_id', 'jobs.name', 'jobs.project_id'])
        .select(BUILD_COLUMNS)
      if (before !== undefined) jobs = jobs.where('jobs.id', '<', before)
      const rows = jobs.orderBy('jobs.id', 'desc').limit(limitOf(limit)).offset(limitOf(skip))
      return (await rows.execute()).map(asEntry)
    },
    async countJobs(project, selection) {
      const count = db
        .selectFrom('jobs')
        .select(sql<number>`count(*)`.as('count'))
        .where('jobs.project_id', '=', project)
        .where(isNamed(selection))
        .$if(isPartial(selection.seen), jobs =>
          jobs.where(({ exists, selectFrom }) =>
            exists(
              selectFrom('builds')
                .select('builds.id')
                .whereRef('builds.job', '=', 'jobs.id')
                .where(countsFor(selection.seen)),
            ),
          ),
        )
      return Number((await count.executeTakeFirstOrThrow()).count)
    },
  }
}

/** The project's jobs, each with the newest build that counts. */
function withLatest(db: Kysely<Tables>, project: ProjectId, selection: JobSelection) {
  const { seen } = selection
  return db
    .selectFrom('jobs')
    .leftJoin('builds', build =>
      build.onRef('builds.job', '=', 'jobs.id').on('builds.build_no', '=', eb =>
        eb
          .selectFrom('builds')
          .select(of => of.fn.max('builds.build_no').as('latest'))
          .whereRef('builds.job', '=', 'jobs.id')
          .where(countsFor(seen)),
      ),
    )
    .where('jobs.project_id', '=', project)
    .where(isNamed(selection))
    .$if(isPartial(seen), all => all.where('builds.id', 'is not', null))
}

/**
 * Removing a text changes the names that contain it. No other form respects case on every database.
 */
const isNamed = ({ nameContains = '' }: JobSelection) =>
  nameContains === ''
    ? sql<SqlBool>`true`
    : sql<SqlBool>`replace(jobs.name, ${nameContains}, '') <> jobs.name`

const isPartial = ({ creatorId, recordId }: Seen) => creatorId !== undefined || recordId !== undefined

type LatestColumns = { readonly [Name in keyof BuildColumns]: BuildColumns[Name] | null }

interface Entry extends LatestColumns {
  readonly place: number
  readonly job_id: string
  readonly name: string
  readonly project_id: string
}

function asEntry({ place, job_id, name, project_id, ...latest }: Entry): JobWithLatest {
  const job = { projectId: project_id, jobId: job_id, name }
  // A job without such a build has nulls in all columns of the build.
  return latest.recordId === null ? { job, place } : { job, place, latest: asBuild(latest as BuildColumns) }
}
