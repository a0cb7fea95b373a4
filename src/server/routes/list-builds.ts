import type { FastifyInstance } from 'fastify'
import { listBuilds as operation } from '../../contract/operations/list-builds.ts'
import { listBuilds } from '../../core/find/list-builds.ts'
import type { BuildHistory } from '../../core/ports/build-history.ts'
import { buildSummary } from '../http/build-summary.ts'
import { nextCursor, queryList } from '../http/list-cursor.ts'
import { serveJson } from '../http/serve-json.ts'

export function listBuildsRoute(app: FastifyInstance, ports: { readonly history: BuildHistory }): void {
  serveJson(app, operation, async ({ who, params: { job_id }, query }) => {
    const list = `builds ${job_id}`
    const { limit, before } = queryList(list, query)
    const { entries, next } = await listBuilds(ports, who, job_id, limit, before)
    return { builds: entries.map(buildSummary), next_cursor: nextCursor(list, next) }
  })
}
