import type { FastifyInstance } from 'fastify'
import type { Operation } from '../contract/operation.ts'
import { LineEnds } from '../core/read/lines/line-ends.ts'
import type { Services } from './compose.ts'
import type { Config } from './config/config.ts'
import type { Metrics } from './metrics/metrics.ts'
import { registerAdministrationRoutes } from './routes/administration/register-administration-routes.ts'
import { registerBuildRoutes } from './routes/builds/register-build-routes.ts'
import { registerIdentityRoutes } from './routes/identity/register-identity-routes.ts'
import { registerLogRoutes } from './routes/logs/register-log-routes.ts'
import type { UnreadyParts } from './routes/operating/check-health.ts'
import { registerOperatingRoutes } from './routes/operating/register-operating-routes.ts'
import { registerReadingRoutes } from './routes/reading/register-reading-routes.ts'
import { registerWritingRoutes } from './routes/writing/register-writing-routes.ts'

/** Every operation of the API, by topic (src/contract/topics.ts). Each gets only what it uses. */
export function registerRoutes(
  app: FastifyInstance,
  { write, stepLogs, history, removal, retention, packs, searchThread, idGenerator, identity }: Services,
  { sendZstd, offsetFormat, publicUrl: site }: Config,
  publicUrl: () => string,
  unreadyParts: UnreadyParts,
  { registry: metrics }: Metrics,
  version: string,
): void {
  const operations = listOperations(app)
  const { iam } = identity
  const readable = { ...write, history, stepLogs, packs, sendZstd, lineEnds: new LineEnds(write.reader) }
  registerLogRoutes(app, readable, offsetFormat)
  registerBuildRoutes(app, readable)
  const answers = { publicUrl, issueUploadToken: iam.uploadTokens.issue }
  registerWritingRoutes(app, { ...write, idGenerator }, answers)
  registerReadingRoutes(app, readable, searchThread.search, publicUrl)
  registerIdentityRoutes(app, iam, publicUrl, { publicUrl: site })
  registerAdministrationRoutes(app, iam, { ...write, removal, retention })
  registerOperatingRoutes(app, { unreadyParts, metrics, operations, version }, publicUrl)
}

/** The operations of all routes that are registered after this call, in that order. */
function listOperations(app: FastifyInstance): readonly Operation[] {
  const served: Operation[] = []
  app.addHook('onRoute', ({ config }) => {
    if (config?.operation !== undefined && !served.includes(config.operation)) served.push(config.operation)
  })
  return served
}
