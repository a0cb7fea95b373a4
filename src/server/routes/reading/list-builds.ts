import type { FastifyInstance } from 'fastify'
import { listBuilds as operation } from '../../../contract/operations/reading/list-builds.ts'
import { listBuilds } from '../../../core/list/list-builds.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { serve } from '../../http/serve.ts'
import { buildSummary } from '../../present/build-summary.ts'
import { nextCursor, queryList } from '../../present/list-cursor.ts'

export function listBuildsRoute(app: FastifyInstance, ports: { readonly history: BuildHistory }): void {
  serve(app, operation, async ({ who, params: { job_id }, query }) => {
    const list = `builds ${job_id}`
    const { limit, before } = queryList(list, query)
    const { entries, next } = await listBuilds(ports, who, job_id, limit, before)
    return { builds: entries.map(buildSummary), next_cursor: nextCursor(list, next) }
  })
}
