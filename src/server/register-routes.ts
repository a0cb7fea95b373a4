import type { FastifyInstance } from 'fastify'
import { CHECKED_BODY_MAX_BYTES } from '../contract/limits.ts'
import type { Operation } from '../contract/operation.ts'
import type { UnreadyPart } from '../contract/operations/operating/check-health.ts'
import { LineEnds } from '../core/read/lines/line-ends.ts'
import type { Services } from './compose.ts'
import type { Config } from './config/config.ts'
import { ByteBudget } from './http/received-body.ts'
import type { Metrics } from './metrics/metrics.ts'
import { deleteBuildRoute } from './routes/administration/delete-build.ts'
import { deleteJobRoute } from './routes/administration/delete-job.ts'
import { setRetentionRoute } from './routes/administration/set-retention.ts'
import { lookupRoutes } from './routes/builds/lookup-routes.ts'
import { identityRoutes } from './routes/identity/identity-routes.ts'
import { downloadBuildLogRoute } from './routes/logs/download-build-log.ts'
import { downloadTaskLogRoute } from './routes/logs/download-task-log.ts'
import { readBuildLogRoute } from './routes/logs/read-build-log.ts'
import { readBuildLogBytesRoute } from './routes/logs/read-build-log-bytes.ts'
import { readLogAnalysisRoute } from './routes/logs/read-log-analysis.ts'
import { readStepLogRoute } from './routes/logs/read-step-log.ts'
import { healthRoutes } from './routes/operating/check-health.ts'
import { readApiDocumentRoutes } from './routes/operating/read-api-document.ts'
import { readMetricsRoute } from './routes/operating/read-metrics.ts'
import { followBuildRoute } from './routes/reading/follow-build.ts'
import { followLogRoute } from './routes/reading/follow-log.ts'
import { readLinesRoute } from './routes/reading/read-lines.ts'
import { readRawLogRoute } from './routes/reading/read-raw-log.ts'
import { searchLogRoute } from './routes/reading/search-log.ts'
import { addStepsRoute } from './routes/writing/add-steps.ts'
import { appendLogRoute } from './routes/writing/append-log.ts'
import { createBuildRoute } from './routes/writing/create-build.ts'
import { describeUploadsRoute } from './routes/writing/describe-uploads.ts'
import { finishBuildRoute } from './routes/writing/finish-build.ts'
import { finishStepRoute } from './routes/writing/finish-step.ts'
import { assertExpression, regexpMatchers } from './search/regexp-matcher.ts'

/** Bodies with a checksum together: sixteen at a time. */
const CHECKED_BODIES_MAX_BYTES = 16 * CHECKED_BODY_MAX_BYTES

/** Every operation of the API, each with just what it uses. */
export function registerRoutes(
  app: FastifyInstance,
  { write, stepLogs, history, removal, retention, packs, searchThread, idGenerator, identity }: Services,
  config: Config,
  publicUrl: () => string,
  unreadyParts: () => Promise<readonly UnreadyPart[]>,
  { registry }: Metrics,
  version: string,
): void {
  const served = listOperations(app)
  const answers = { publicUrl, issueUploadToken: identity.iam.uploadTokens.issue }
  const bodies = { ...write, packs, sendZstd: config.sendZstd }
  const buildLogs = { ...write, stepLogs, lineEnds: new LineEnds(write.reader) }
  healthRoutes(app, unreadyParts)
  readStepLogRoute(app, write, config.offsetFormat)
  downloadTaskLogRoute(app, bodies)
  readBuildLogRoute(app, buildLogs)
  readBuildLogBytesRoute(app, buildLogs)
  downloadBuildLogRoute(app, buildLogs)
  readLogAnalysisRoute(app, write)
  createBuildRoute(app, { ...write, idGenerator }, answers)
  addStepsRoute(app, write, answers)
  appendLogRoute(app, write, new ByteBudget(CHECKED_BODIES_MAX_BYTES))
  describeUploadsRoute(app)
  readRawLogRoute(app, bodies)
  followLogRoute(app, write)
  readLinesRoute(app, { ...buildLogs, packs })
  searchLogRoute(app, write, { assert: assertExpression, open: regexpMatchers() }, searchThread.search)
  followBuildRoute(app, write)
  finishStepRoute(app, write)
  finishBuildRoute(app, write)
  deleteBuildRoute(app, { ...write, removal })
  deleteJobRoute(app, { ...write, removal })
  lookupRoutes(app, { ...write, history }, publicUrl)
  setRetentionRoute(app, { retention })
  identityRoutes(app, identity.iam, publicUrl, config)
  readMetricsRoute(app, registry)
  readApiDocumentRoutes(app, served, version, publicUrl)
}

/** The operations of all routes that are registered from now on, in that order. */
function listOperations(app: FastifyInstance): readonly Operation[] {
  const served: Operation[] = []
  app.addHook('onRoute', ({ config }) => {
    if (config?.operation !== undefined && !served.includes(config.operation)) served.push(config.operation)
  })
  return served
}
