import type { FastifyInstance } from 'fastify'
import type { LogPageQuery } from '../../../contract/log-page.ts'
import type { OffsetFormat } from '../../../contract/offset-format.ts'
import {
  readStepLog as operation,
  type ReadStepLogAnswer,
  type ReadStepLogQuery,
  readStepLogAfterRun,
} from '../../../contract/operations/logs/read-step-log.ts'
import type { Principal } from '../../../core/access/principal.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import { readStepLog } from '../../../core/read/page/read-step-log.ts'
import type { LogReader } from '../../../core/read/reader/log-reader.ts'
import { numberedBuild, queryStepId } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'
import { pageAnswer, queryLogPage } from '../../present/log-page.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly reader: LogReader
}

/** Both routes to a page of a step's log; the second has no size. */
export function readStepLogRoute(app: FastifyInstance, ports: Ports, offsetFormat: OffsetFormat): void {
  const answer = async (
    who: Principal,
    query: ReadStepLogQuery,
    wanted: LogPageQuery,
  ): Promise<ReadStepLogAnswer> => {
    const [page, address, stepId] = [queryLogPage(wanted), numberedBuild(query), queryStepId(query.step_id)]
    return pageAnswer(await readStepLog(ports, who, address, stepId, page), offsetFormat)
  }
  serve(app, operation, ({ who, query }) => answer(who, query, query))
  serve(app, readStepLogAfterRun, ({ who, query }) => answer(who, query, { ...query, size: '0' }))
}
