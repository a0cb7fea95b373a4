import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { varyBy } from '../http/vary-by.ts'

/** Origins of pages that may read answers; `*` for all, whose requests then never carry cookies. */
export type AllowedOrigins = readonly string[]

const METHODS = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'
/** What clients of the API send and a page may not send without being allowed to. */
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'Last-Event-ID',
  'Range',
  'Tus-Resumable',
  'Upload-Checksum',
  'Upload-Defer-Length',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'X-Auth-Token',
  'X-Domain-Id',
  'X-HTTP-Method-Override',
  'X-Language',
  'X-Project-Id',
  'X-Sdk-Content-Sha256',
  'X-Sdk-Date',
  'X-Security-Token',
  'X-Subject-Token',
].join(', ')
/** What a page may read of an answer beside its body. */
const EXPOSED_HEADERS = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Range',
  'ETag',
  'Location',
  'Retry-After',
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Defer-Length',
  'Upload-Length',
  'Upload-Offset',
  'X-Request-Id',
  'X-Subject-Token',
].join(', ')
const PREFLIGHT_HOLDS_SECONDS = 600

/** Lets pages of these origins use the API across origins (WHATWG Fetch, CORS protocol); without any, no answer says a word of it. */
export function allowOrigins(app: FastifyInstance, origins: AllowedOrigins): void {
  if (origins.length === 0) return
  const all = origins.includes('*')
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (!all) varyBy(reply, 'Origin')
    if (origin === undefined || !(all || origins.includes(origin))) return undefined
    reply.header('access-control-allow-origin', all ? '*' : origin)
    if (!all) reply.header('access-control-allow-credentials', 'true')
    if (isPreflight(request)) return answerPreflight(reply)
    reply.header('access-control-expose-headers', EXPOSED_HEADERS)
    return undefined
  })
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', METHODS)
    .header('access-control-allow-headers', REQUEST_HEADERS)
    .header('access-control-max-age', PREFLIGHT_HOLDS_SECONDS)
    .send()
}
