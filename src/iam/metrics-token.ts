import { createHash, timingSafeEqual } from 'node:crypto'
import { headerLines, type ReceivedRequest } from './received-request.ts'

/** Whether a request brings the one token that the operator gave to whoever collects metrics, as `Authorization: Bearer`. */
export type HoldsMetricsToken = (request: ReceivedRequest) => boolean

/** Without a token nobody holds it. The time of a comparison tells nothing about the token: hashes of one length are compared. */
export function openMetricsToken(token: string | undefined): HoldsMetricsToken {
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
