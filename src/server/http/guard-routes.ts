import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CHECKED_BODY_MAX_BYTES, JSON_BODY_MAX_BYTES } from '../../contract/limits.ts'
import { UPLOAD_MEDIA_TYPE } from '../../contract/operations/append-log.ts'
import {
  assertAdmin,
  assertMayCreateBuild,
  assertMayReadSome,
  assertMayWriteSome,
  type Principal,
} from '../../core/access/principal.ts'
import { sentMethod } from './method-override.ts'
import { ReceivedBody } from './received-body.ts'

/** What authentication looks at. */
export interface RequestToAuthenticate {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  readonly clientAddress: string
}

/** Tells who asks, or rejects with `not-authenticated`, `not-allowed` or `rate-limited`. Asks for the body's hash only where a signature covers it. */
export type Authenticate = (
  request: RequestToAuthenticate,
  payloadSha256: () => Promise<string>,
) => Promise<Principal>

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined
    receivedBody: ReceivedBody | undefined
  }
  interface FastifyContextConfig {
    readonly access?: Access
  }
}

/**
 * Who may use a route; every route states it. `open`: everybody, without credentials. `read`: who can read some build. `write`: who can write to
 * some build, or holds the upload token of the record in the path. Whether this very build is allowed is decided once it is found.
 */
export type Access = 'open' | 'read' | 'write' | 'create-build' | 'admin'

/** Authenticates every request of a known route, and asks for the role that the route needs, before anything else looks at it (api.md §1, order of refusal). */
export function guardRoutes(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('principal', undefined)
  app.decorateRequest('receivedBody', undefined)
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.access === undefined) throw new Error(`${method} ${url} does not state who may use it`)
  })
  app.addHook('onRequest', async request => {
    const { access } = request.routeOptions.config
    if (request.is404 || access === undefined || access === 'open') return
    const body = new ReceivedBody(request.raw, bodyLimit(request))
    request.receivedBody = body
    request.principal = await authenticate(
      {
        method: sentMethod(request.raw),
        url: request.raw.url ?? '',
        headers: request.headers,
        rawHeaders: request.raw.rawHeaders,
        clientAddress: request.ip,
      },
      body.sha256,
    )
    assertMayUse(access, request.principal, request.params)
  })
  app.addHook('preParsing', async (request, _reply, payload) => {
    const bytes = await request.receivedBody?.read
    return bytes === undefined
      ? payload
      : Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false })
  })
}

function assertMayUse(access: Exclude<Access, 'open'>, who: Principal, params: unknown): void {
  const { record_id: recordId = '' } = params as { record_id?: string }
  if (access === 'read') assertMayReadSome(who)
  else if (access === 'write') assertMayWriteSome(who, recordId)
  else if (access === 'create-build') assertMayCreateBuild(who)
  else assertAdmin(who)
}

/** Who asks. Only for routes that are not open. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new Error('an open route has no principal')
  return request.principal
}

function bodyLimit(request: FastifyRequest): number {
  return request.headers['content-type'] === UPLOAD_MEDIA_TYPE ? CHECKED_BODY_MAX_BYTES : JSON_BODY_MAX_BYTES
}
