import type { FastifyInstance } from 'fastify'
import { CHECKED_BODY_MAX_BYTES } from '../contract/limits.ts'
import type { UnreadyPart } from '../contract/operations/check-health.ts'
import { OPERATIONS } from '../contract/operations.ts'
import { LineEnds } from '../core/read/line-ends.ts'
import type { Services } from './compose.ts'
import type { Config } from './config/config.ts'
import { ByteBudget } from './http/byte-budget.ts'
import { EventStreams } from './http/event-streams.ts'
import { ServedRoutes } from './http/served-routes.ts'
import type { Metrics } from './metrics/metrics.ts'
import { assertExpression, regexpMatchers } from './regexp-matcher.ts'
import { addStepsRoute } from './routes/add-steps.ts'
import { appendLogRoute } from './routes/append-log.ts'
import { createBuildRoute } from './routes/create-build.ts'
import { deleteBuildRoute } from './routes/delete-build.ts'
import { deleteJobRoute } from './routes/delete-job.ts'
import { describeUploadsRoute } from './routes/describe-uploads.ts'
import { downloadBuildLogRoute } from './routes/download-build-log.ts'
import { downloadTaskLogRoute } from './routes/download-task-log.ts'
import { finishBuildRoute } from './routes/finish-build.ts'
import { finishStepRoute } from './routes/finish-step.ts'
import { followBuildRoute } from './routes/follow-build.ts'
import { followLogRoute } from './routes/follow-log.ts'
import { healthRoutes } from './routes/health.ts'
import { identityRoutes } from './routes/identity-routes.ts'
import { lookupRoutes } from './routes/lookup-routes.ts'
import { readApiDocumentRoutes } from './routes/read-api-document.ts'
import { readBuildLogRoute } from './routes/read-build-log.ts'
import { readBuildLogBytesRoute } from './routes/read-build-log-bytes.ts'
import { readLinesRoute } from './routes/read-lines.ts'
import { readLogAnalysisRoute } from './routes/read-log-analysis.ts'
import { readMetricsRoute } from './routes/read-metrics.ts'
import { readRawLogRoute } from './routes/read-raw-log.ts'
import { readStepLogRoute } from './routes/read-step-log.ts'
import { searchLogRoute } from './routes/search-log.ts'
import { setRetentionRoute } from './routes/set-retention.ts'

/** Bodies with a checksum together: sixteen at a time. */
const CHECKED_BODIES_MAX_BYTES = 16 * CHECKED_BODY_MAX_BYTES

/** Every operation of the API, each with just what it uses. */
export function registerRoutes(
  app: FastifyInstance,
  { write, stepLogs, history, removal, retention, packs, searchThread, mint, identity }: Services,
  config: Config,
  publicUrl: () => string,
  unreadyParts: () => Promise<readonly UnreadyPart[]>,
  { registry }: Metrics,
  version: string,
): void {
  const routes = new ServedRoutes(app)
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
  createBuildRoute(app, { ...write, mint }, answers)
  addStepsRoute(app, write, answers)
  appendLogRoute(app, write, new ByteBudget(CHECKED_BODIES_MAX_BYTES))
  describeUploadsRoute(app)
  readRawLogRoute(app, bodies)
  const streams = new EventStreams(app)
  followLogRoute(app, write, streams)
  readLinesRoute(app, { ...buildLogs, packs })
  searchLogRoute(app, write, { assert: assertExpression, open: regexpMatchers() }, searchThread.search)
  followBuildRoute(app, write, streams)
  finishStepRoute(app, write)
  finishBuildRoute(app, write)
  deleteBuildRoute(app, { ...write, removal })
  deleteJobRoute(app, { ...write, removal })
  lookupRoutes(app, { ...write, history }, publicUrl)
  setRetentionRoute(app, { retention })
  identityRoutes(app, identity.iam, publicUrl, config)
  readMetricsRoute(app, registry)
  readApiDocumentRoutes(app, () => routes.describedBy(OPERATIONS), version, publicUrl)
  for (const route of routes.missingIn(OPERATIONS))
    app.log.error(
      `no operation of src/contract/operations.ts describes ${route}: run tools/list-operations.ts`,
    )
}
