import type { FastifyRequest } from 'fastify'
import { notAuthenticated } from '../../iam/errors.ts'
import { requireSameOrigin, type Site } from './require-same-origin.ts'

interface CookiePlace {
  readonly name: string
  readonly path: string
  readonly secure: boolean
}

/**
 * The prefix of a cookie's name states what the browser guarantees (RFC 6265bis §4.1.3): under
 * https only this host can set the cookie, so no other site can sign a visitor in to a session of
 * its own.
 */
function placeOf(request: FastifyRequest, { publicUrl }: Site): CookiePlace {
  const { protocol, pathname } = new URL(publicUrl ?? `${request.protocol}://localhost`)
  const secure = protocol === 'https:'
  const prefix = !secure ? '' : pathname === '/' ? '__Host-' : '__Secure-'
  return { name: `${prefix}tailrace-session`, path: pathname, secure }
}

/** The value of `Set-Cookie` that begins a session. With a max age of 0 it removes the cookie. */
export function sessionCookie(
  request: FastifyRequest,
  site: Site,
  token: string,
  maxAgeSeconds: number,
): string {
  const { name, path, secure } = placeOf(request, site)
  return [
    `${name}=${token}`,
    `Path=${path}`,
    `Max-Age=${maxAgeSeconds}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(secure ? ['Secure'] : []),
  ].join('; ')
}

/**
 * The token of the session cookie; undefined without one. Throws `not-authenticated` if there are
 * several, as it is unknown which one is valid.
 */
export function sessionTokenOf(request: FastifyRequest, site: Site): string | undefined {
  const begin = `${placeOf(request, site).name}=`
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(begin))
    .map(pair => pair.slice(begin.length))
  if (values.length > 1) throw notAuthenticated('more than one session cookie')
  return values[0] || undefined
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The header lines of the request, with the token of its session cookie added as X-Auth-Token. A
 * request with a token or signature of its own stays as it is. Throws `not-allowed` for a request
 * that changes something and comes from a page of another site.
 */
export function headersWithSession(request: FastifyRequest, site: Site): readonly string[] {
  const { rawHeaders } = request.raw
  if (hasOwnCredentials(request)) return rawHeaders
  const token = sessionTokenOf(request, site)
  if (token === undefined) return rawHeaders
  if (!SAFE_METHODS.has(request.method)) requireSameOrigin(request, site)
  return [...rawHeaders, 'X-Auth-Token', token]
}

function hasOwnCredentials({ headers }: FastifyRequest): boolean {
  return Boolean(headers['x-auth-token']) || /^(Bearer|SDK-|V11-)/i.test(headers.authorization ?? '')
}
