import { type ExpressionBuilder, type ExpressionWrapper, type Kysely, type SqlBool, sql } from 'kysely'
import type { JobId, ProjectId } from '../../../contract/ids.ts'
import type { BuildHistory, Seen, Span } from '../../../core/ports/build-history.ts'
import { limitOf } from '../dialect.ts'
import type { Tables } from '../tables.ts'
import { asBuild, selectBuild } from './find-build.ts'

type Lister = Pick<BuildHistory, 'listBuilds' | 'listBuildsMade' | 'countBuilds'>

/** The port's lists of builds. */
export function buildLister(db: Kysely<Tables>): Lister {
  return {
    async listBuilds(project, job, seen, { skip, limit }, before) {
      let builds = selectBuild(db).where(ofJob(project, job)).where(countsFor(seen))
      if (before !== undefined) builds = builds.where('builds.build_no', '<', before)
      const rows = builds.orderBy('builds.build_no', 'desc').limit(limitOf(limit)).offset(limitOf(skip))
      return (await rows.execute()).map(asBuild)
    },
    async listBuildsMade(project, job, seen, span, { skip, limit }) {
      const rows = selectBuild(db)
        .where(ofJob(project, job))
        .where(countsFor(seen))
        .where(madeIn(span))
        .orderBy('builds.created_at_ms', 'desc')
        .orderBy('builds.build_no', 'desc')
        .limit(limitOf(limit))
        .offset(limitOf(skip))
      return (await rows.execute()).map(asBuild)
    },
    async countBuilds(project, job, seen, span) {
      let builds = db
        .selectFrom('builds')
        .innerJoin('jobs', 'jobs.id', 'builds.job')
        .select(sql<number>`count(*)`.as('count'))
        .where(ofJob(project, job))
        .where(countsFor(seen))
      if (span !== undefined) builds = builds.where(madeIn(span))
      return Number((await builds.executeTakeFirstOrThrow()).count)
    },
  }
}

type Condition = (
  eb: ExpressionBuilder<Tables, 'builds' | 'jobs'>,
) => ExpressionWrapper<Tables, 'builds' | 'jobs', SqlBool>

const ofJob =
  (project: ProjectId, job: JobId): Condition =>
  eb =>
    eb.and({ 'jobs.project_id': project, 'jobs.job_id': job })

const madeIn =
  ({ fromMs, toMs }: Span): Condition =>
  eb =>
    eb.and([eb('builds.created_at_ms', '>=', fromMs), eb('builds.created_at_ms', '<', toMs)])

/** The condition for builds that count, of the job that the query joins. */
export const countsFor =
  ({ creatorId, recordId }: Seen): Condition =>
  eb =>
    eb.and([
      ...(creatorId === undefined ? [] : [eb('builds.creator_id', '=', creatorId)]),
      ...(recordId === undefined
        ? []
        : [eb('builds.project_id', '=', eb.ref('jobs.project_id')), eb('builds.record_id', '=', recordId)]),
    ])
