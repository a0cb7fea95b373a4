import type { FastifyInstance } from 'fastify'
import {
  readBuildLog as operation,
  readBuildLogAfterRun,
} from '../../../contract/operations/logs/read-build-log.ts'
import { type BuildLogPagePorts, readBuildLog } from '../../../core/read/build-log/read-build-log.ts'
import { numberedBuild } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { pageAnswer, queryLogPage } from '../../present/log-page.ts'

/**
 * Both routes to a page of a build's log. Offsets are strings, the only form that all SDKs decode
 * (docs/api.md §2).
 */
export function readBuildLogRoute(app: FastifyInstance, ports: BuildLogPagePorts): void {
  serve(app, operation, async ({ who, params, query }) =>
    pageAnswer(await readBuildLog(ports, who, numberedBuild(params), queryLogPage(query)), 'string'),
  )
  serve(app, readBuildLogAfterRun, async ({ who, query }) => {
    const wanted = queryLogPage({ ...query, size: '0' })
    return pageAnswer(await readBuildLog(ports, who, numberedBuild(query), wanted), 'string')
  })
}
