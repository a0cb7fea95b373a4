import type { FastifyInstance } from 'fastify'
import { listJobs as operation } from '../../../contract/operations/reading/list-jobs.ts'
import { listJobs } from '../../../core/list/list-jobs.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { serve } from '../../http/serve.ts'
import { buildSummary } from '../../present/build-summary.ts'
import { nextCursor, queryList } from '../../present/list-cursor.ts'

const LIST = 'jobs'

export function listJobsRoute(app: FastifyInstance, ports: { readonly history: BuildHistory }): void {
  serve(app, operation, async ({ who, query }) => {
    const { limit, before } = queryList(LIST, query)
    const { entries, next } = await listJobs(ports, who, limit, before)
    const jobs = entries.map(({ job, latest }) => ({
      job_id: job.jobId,
      name: job.name,
      latest_build: latest === undefined ? null : buildSummary(latest),
    }))
    return { jobs, next_cursor: nextCursor(LIST, next) }
  })
}
