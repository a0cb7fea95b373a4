/**
 * Lets pages of other origins use the API (WHATWG Fetch, CORS protocol), if the operator lists
 * them.
 */
import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { OPERATIONS } from '../../contract/operations.ts'

/**
 * Origins whose pages may read answers. `*` allows all of them, but then no request carries
 * cookies.
 */
export type AllowedOrigins = readonly string[]

/** Every method of every operation. */
const METHODS = [
  ...new Set(OPERATIONS.flatMap(({ method, head }) => (head === undefined ? [method] : [method, 'HEAD']))),
]
/** What clients of the API send and a page may send only if it is allowed to. */
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
]
/** What a page may read of an answer in addition to its body. */
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
]
const PREFLIGHT_MAX_AGE_SECONDS = 600

/**
 * Adds the headers of CORS to answers for these origins, and answers their preflights before anyone
 * is authenticated. Answers to other origins have none of these headers; without any allowed
 * origin, no answer has. Register it before the hooks that may reject a request.
 */
export async function allowOrigins(app: FastifyInstance, origins: AllowedOrigins): Promise<void> {
  if (origins.length === 0) return
  const all = origins.includes('*')
  const allowed: FastifyCorsOptions = {
    credentials: !all,
    methods: METHODS,
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  }
  // Decided for each request. With a fixed list the library would answer preflights of every
  // origin, and would treat an OPTIONS that asks about uploads as a preflight.
  const optionsFor = (request: FastifyRequest): FastifyCorsOptions => {
    const { origin } = request.headers
    if (!origin || !(all || origins.includes(origin))) return { origin: false }
    return { ...allowed, origin: all ? '*' : origin, preflight: isPreflight(request) }
  }
  await app.register(cors, {
    delegator: (request, answer) => answer(null, optionsFor(request)),
  })
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}
