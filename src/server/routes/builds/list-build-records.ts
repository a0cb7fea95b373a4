import type { FastifyInstance } from 'fastify'
import { listBuildRecords as operation } from '../../../contract/operations/builds/list-build-records.ts'
import { type CountedBuilds, countedBuilds } from '../../../core/list/list-builds.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { queryLimitedPage, querySpan } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { buildRecord } from '../../present/build-records.ts'
import { jobOfBuildProject, succeeded } from '../../present/family-forms.ts'

const NONE: CountedBuilds = { builds: [], total: 0 }

/** Builds have no trigger, branch or tag here, so a filter by one of them finds none. */
export function listBuildRecordsRoute(app: FastifyInstance, ports: { readonly history: BuildHistory }): void {
  serve(app, operation, async ({ who, params, query }) => {
    const { from_date, to_date, triggers, branches, tags } = query
    const isTimed = from_date !== undefined || to_date !== undefined
    const span = isTimed ? querySpan(['from_date', from_date], ['to_date', to_date]) : undefined
    const page = queryLimitedPage(query)
    const found = await countedBuilds(ports, who, jobOfBuildProject(params.build_project_id), page, span)
    const { builds, total } = [triggers, branches, tags].some(isGiven) ? NONE : found
    const pagination = { page: page.index, limit: page.limit, total }
    return succeeded({ pagination, data: builds.map(buildRecord) })
  })
}

const isGiven = (filter: string | string[] | undefined) => filter !== undefined && filter.length > 0
