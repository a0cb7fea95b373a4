import type { Kysely } from 'kysely'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'
import { buildLister } from './list-builds.ts'
import { jobLister } from './list-jobs.ts'

/**
 * Implements BuildHistory on an SQL database, for any number of callers at once. The database's
 * owner closes it.
 */
export function sqlBuildHistory(db: Kysely<Tables>): BuildHistory {
  const { findJob, listJobs, countJobs } = jobLister(db)
  const { listBuilds, listBuildsMade, countBuilds } = buildLister(db)
  return {
    findJob: (...wanted) => reportFailures(() => findJob(...wanted)),
    listJobs: (...wanted) => reportFailures(() => listJobs(...wanted)),
    countJobs: (...wanted) => reportFailures(() => countJobs(...wanted)),
    listBuilds: (...wanted) => reportFailures(() => listBuilds(...wanted)),
    listBuildsMade: (...wanted) => reportFailures(() => listBuildsMade(...wanted)),
    countBuilds: (...wanted) => reportFailures(() => countBuilds(...wanted)),
  }
}
