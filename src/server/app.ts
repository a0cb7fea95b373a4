import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { TailraceError } from '../contract/errors.ts'
import { JSON_BODY_MAX_BYTES } from '../contract/limits.ts'
import type { HoldsMetricsToken } from '../iam/metrics-token.ts'
import { leadBrowser } from './docs/lead-browser.ts'
import { type AllowedOrigins, allowOrigins } from './guard/allow-origins.ts'
import { type Authentication, guardRoutes } from './guard/guard-routes.ts'
import { limitRequests, type RequestLimits } from './guard/limit-requests.ts'
import type { Site } from './guard/require-same-origin.ts'
import { boundUnsentAnswers } from './guard/unsent-answers.ts'
import { rejectUnparsed } from './http/connections.ts'
import { describeInvalid } from './http/describe-invalid.ts'
import { handleError, NO_SUCH_ROUTE } from './http/error-handler.ts'
import { EventStreams } from './http/event-streams.ts'
import { openHttpServer, type TlsKeyPair } from './http/http-server.ts'
import { basePathOf } from './http/rewritten-request.ts'

export interface AppOptions {
  readonly authentication: Authentication
  readonly holdsMetricsToken: HoldsMetricsToken
  readonly site: Site
  readonly corsOrigins: AllowedOrigins
  readonly requestLimits: RequestLimits
  readonly log: FastifyBaseLogger
  /** Trust X-Forwarded-For and its kin. */
  readonly trustProxy: boolean
  /** A connection on which nothing moves for this long is closed. */
  readonly idleTimeoutMs: number
  readonly tls: TlsKeyPair | undefined
}

/** Path parameters are ids; nothing much longer can match a route. */
const PARAMETER_MAX_CHARACTERS = 1000

/**
 * The HTTP application without its routes: one error body for everything, authentication before
 * everything else, and schemas that coerce nothing.
 */
export async function openApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // Trust the nearest proxy alone: the client itself wrote the other addresses in
    // X-Forwarded-For.
    trustProxy: options.trustProxy ? (_address, hop) => hop === 0 : false,
    exposeHeadRoutes: false,
    bodyLimit: JSON_BODY_MAX_BYTES,
    routerOptions: { maxParamLength: PARAMETER_MAX_CHARACTERS },
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id)
      handleError(error, request, reply)
    },
    clientErrorHandler: (error, socket) => rejectUnparsed(error, socket),
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: false,
        verbose: true,
      },
    },
    serverFactory: handler =>
      openHttpServer(handler, { ...options, basePath: basePathOf(options.site.publicUrl) }),
  })
  // The validator keeps its list of errors, and the bodies in them, until the next error: empty it.
  app.setSchemaErrorFormatter(errors => describeInvalid(errors.splice(0)))
  app.setErrorHandler((error, request, reply) => handleError(error, request, reply))
  app.setNotFoundHandler(
    (request, reply) =>
      leadBrowser(request, reply, options.site) ??
      handleError(new TailraceError('no-such-route', NO_SUCH_ROUTE), request, reply),
  )
  // The schemas describe answers, and tests check that; JSON.stringify writes all fields of an
  // answer.
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  await allowOrigins(app, options.corsOrigins)
  app.decorate('eventStreams', new EventStreams(app))
  boundUnsentAnswers(app)
  readJsonBodies(app)
  guardRoutes(app, options, limitRequests(options.requestLimits))
  return app
}

/** An empty JSON body counts as none: clients send the type with DELETE and GET too. */
function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else parse(request, body as string, done)
  })
}
