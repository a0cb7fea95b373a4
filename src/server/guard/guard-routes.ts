import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Access } from '../../contract/access.ts'
import { CHECKED_BODY_MAX_BYTES, JSON_BODY_MAX_BYTES } from '../../contract/limits.ts'
import type { Operation } from '../../contract/operation.ts'
import { MIB } from '../../contract/quantities.ts'
import {
  assertAdmin,
  assertMayCreateBuild,
  assertMayReadSome,
  assertMayWriteSome,
  assertMember,
  type Principal,
} from '../../core/access/principal.ts'
import type { KnownUser } from '../../iam/callers.ts'
import { notAuthenticated, requireOwnUser } from '../../iam/errors.ts'
import type { HoldsMetricsToken } from '../../iam/metrics-token.ts'
import { ByteBudget, ReceivedBody } from '../http/received-body.ts'
import { basePathOf, sentMethod, sentTarget } from '../http/rewritten-request.ts'
import { clientNetworkOf } from './client-network.ts'
import type { LimitRequest } from './limit-requests.ts'
import type { Site } from './require-same-origin.ts'
import { headersWithSession } from './session-cookie.ts'

/** What authentication reads of a request. */
export interface RequestToAuthenticate {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  /** What the client may have written in place of `url`. */
  readonly otherUrls: readonly string[]
  /** What the client may have written in place of the Host that came. */
  readonly otherHosts: readonly string[]
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  readonly clientAddress: string
}

/**
 * Resolves to the caller. Rejects with `not-authenticated`, `not-allowed`, `iam-unavailable` or
 * `rate-limited`. It reads the body's hash only if a signature covers it.
 */
type Ask<Who> = (request: RequestToAuthenticate, payloadSha256: () => Promise<string>) => Promise<Who>

export interface Authentication {
  /** Finds the caller, for one project. */
  readonly authenticate: Ask<Principal>
  /** Finds the user, for any scope. */
  readonly identify: Ask<KnownUser>
}

declare module 'fastify' {
  interface FastifyRequest {
    receivedBody: ReceivedBody | undefined
  }
}

/** What the guard needs. */
interface Guards {
  readonly authentication: Authentication
  readonly holdsMetricsToken: HoldsMetricsToken
  readonly site: Site
}

/** All bodies together that are read before their sender is authenticated. */
const BODIES_MAX_BYTES = 128 * MIB

/**
 * Authenticates every request of a known route and checks the role that the route needs, before any
 * other check (docs/api.md §1).
 */
export function guardRoutes(
  app: FastifyInstance,
  { authentication: { authenticate, identify }, holdsMetricsToken, site }: Guards,
  limitRequest: LimitRequest,
): void {
  app.decorateRequest('principal', undefined)
  app.decorateRequest('user', undefined)
  app.decorateRequest('receivedBody', undefined)
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.operation === undefined) throw new Error(`${method} ${url} does not state who may use it`)
  })
  const bodies = new ByteBudget(BODIES_MAX_BYTES)
  app.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config
    if (request.is404 || operation === undefined || operation.access === 'open') return
    const { access } = operation
    const body = new ReceivedBody(request.raw, bodyLimit(operation), bodies.forAnswer(reply.raw))
    request.receivedBody = body
    const received = {
      method: sentMethod(request.raw),
      ...sentForms(request, site),
      headers: request.headers,
      rawHeaders: headersWithSession(request, site),
      clientAddress: clientNetworkOf(request),
    }
    if (holdsMetricsToken(received)) {
      // If it were looked up like other tokens, an external IAM would see it.
      if (access !== 'metrics') throw notAuthenticated('decrypt token fail')
      limitRequest(request, METRICS_CALLER)
      return
    }
    if (access === 'user') {
      request.user = await identify(received, body.sha256)
      limitRequest(request, request.user.id)
      return
    }
    request.principal = await authenticate(received, body.sha256)
    limitRequest(request, callerOf(request.principal))
    assertMayUse(access, request.principal, request.params)
  })
  app.addHook('preParsing', async (request, _reply, payload) => {
    const bytes = await request.receivedBody?.read
    return bytes === undefined
      ? payload
      : Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false })
  })
}

/** No user has such an id. */
const METRICS_CALLER = 'metrics'

/** An upload token has no user, so each counts on its own. */
function callerOf({ projectId, userId, onlyRecord }: Principal): string {
  return onlyRecord === undefined ? userId : `${projectId} ${onlyRecord}`
}

/**
 * The paths and hosts that the client may have sent. A proxy in between may have changed either.
 */
function sentForms(request: FastifyRequest, { publicUrl }: Site) {
  const url = sentTarget(request.raw)
  const basePath = basePathOf(publicUrl)
  const wasCut = basePath !== '' && url === request.raw.url
  return {
    url,
    otherUrls: wasCut ? [basePath + url] : [],
    otherHosts: [request.host, ...(publicUrl === undefined ? [] : [new URL(publicUrl).host])],
  }
}

function assertMayUse(access: Exclude<Access, 'open' | 'user'>, who: Principal, params: unknown): void {
  const { record_id: recordId = '' } = params as { record_id?: string }
  if (access === 'member' || access === 'own-admin') {
    requireOwnUser(who)
    if (access === 'member') assertMember(who)
    else assertAdmin(who)
  } else if (access === 'read') assertMayReadSome(who)
  else if (access === 'write') assertMayWriteSome(who, recordId)
  else if (access === 'create-build') assertMayCreateBuild(who)
  else assertAdmin(who)
}

/** The largest body that a signature can cover. */
function bodyLimit({ bodyMedia }: Operation): number {
  return bodyMedia === undefined ? JSON_BODY_MAX_BYTES : CHECKED_BODY_MAX_BYTES
}
