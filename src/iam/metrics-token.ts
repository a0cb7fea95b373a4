import { createHash, timingSafeEqual } from 'node:crypto'
import { headerLines, type ReceivedRequest } from './received-request.ts'

/**
 * Whether a request carries the metrics token that the operator set, as `Authorization: Bearer`.
 */
export type HoldsMetricsToken = (request: ReceivedRequest) => boolean

/**
 * Without a configured token the answer is always false. Comparing hashes of equal length in
 * constant time reveals nothing about the token.
 */
export function createMetricsToken(token: string | undefined): HoldsMetricsToken {
  if (token === undefined) return () => false
  const expected = hash(token)
  return request => {
    const [authorization, another] = headerLines(request, 'authorization')
    const bearer = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1]
    return bearer !== undefined && another === undefined && timingSafeEqual(hash(bearer), expected)
  }
}

function hash(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
