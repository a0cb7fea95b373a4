import type { FastifyInstance } from 'fastify'
import {
  listBuildInfoRecords,
  listBuildInfoRecordsV3,
} from '../../../contract/operations/builds/list-build-info-records.ts'
import { countedBuilds } from '../../../core/list/list-builds.ts'
import type { BuildHistory } from '../../../core/ports/build-history.ts'
import { assertMonth, queryPage, querySpan } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { buildInfoRecord } from '../../present/build-records.ts'
import { succeeded } from '../../present/family-forms.ts'

/** One list under two paths. Its numbers are strings, as the SDKs decode them. */
export function listBuildInfoRecordsRoutes(
  app: FastifyInstance,
  ports: { readonly history: BuildHistory },
): void {
  for (const operation of [listBuildInfoRecords, listBuildInfoRecordsV3])
    serve(app, operation, async ({ who, params, query }) => {
      const span = querySpan(['start_time', query.start_time], ['end_time', query.end_time])
      assertMonth(span)
      const page = queryPage(query)
      const { builds, total } = await countedBuilds(ports, who, params.job_id, page, span)
      return succeeded({
        health_score: '',
        page_index: String(page.index),
        total_page: String(Math.ceil(total / page.limit)),
        total_record: String(total),
        job_build_states: builds.map(buildInfoRecord),
      })
    })
}
