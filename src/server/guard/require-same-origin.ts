import type { FastifyRequest } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'

/** How browsers reach the server. */
export interface Site {
  /** As configured. If undefined, the host that a request names counts. */
  readonly publicUrl: string | undefined
}

/**
 * Throws `not-allowed` for a request that a browser sends for a page of another site: one with a
 * foreign `Origin` or `Sec-Fetch-Site`, or with neither. Browsers send at least one of them with
 * each request that changes something.
 */
export function requireSameOrigin(request: FastifyRequest, site: Site): void {
  const { origin, 'sec-fetch-site': fetchSite } = request.headers
  const known = origin === undefined ? fetchSite === 'same-origin' : origin === ownOrigin(request, site)
  if (!known || (fetchSite !== undefined && fetchSite !== 'same-origin'))
    throw new TailraceError('not-allowed', 'The request comes from a page of another site.')
}

/** The origin of the server's own pages. */
function ownOrigin(request: FastifyRequest, { publicUrl }: Site): string {
  const url = publicUrl ?? `${request.protocol}://${request.host}`
  return URL.canParse(url) ? new URL(url).origin : ''
}
