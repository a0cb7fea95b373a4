import type { SignatureClaim } from './authorization-header.ts'
import { canonicalRequest } from './canonical-request.ts'
import { sdkHmacSha256Signature } from './sdk-hmac-sha256.ts'
import { v11HmacSha256Signature } from './v11-hmac-sha256.ts'

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query as sent: `/path?query`. */
  readonly target: string
  /** What the client may have sent instead of `target`. */
  readonly otherTargets?: readonly string[]
  /** What the client may have sent instead of the received Host. */
  readonly otherHosts?: readonly string[]
  /**
   * The values of a header by its lower-case name, one per header line. Empty if it was not sent.
   */
  readonly headers: (name: string) => readonly string[]
  /** The value of X-Sdk-Content-Sha256 if it was sent, otherwise the SHA-256 of the body. */
  readonly payloadSha256: string
}

/**
 * Whether the signature was made with this secret key for exactly this request. Only the listed
 * headers count, and each must have been sent. Path and signed host are tried as received, then as
 * the client may have sent them, and the host also without its port, because some official clients
 * sign it that way. Does not check age, key or project: the caller does.
 */
export async function verifySignature(
  request: ReceivedRequest,
  claim: SignatureClaim,
  secretKey: string,
): Promise<boolean> {
  const { signedHeaders, signature, derivedFor } = claim
  const names = signedHeaders.map(name => name.toLowerCase())
  const sdkDate = request.headers('x-sdk-date')[0]
  if (sdkDate === undefined || !names.includes('x-sdk-date')) return false
  if (derivedFor !== undefined && !sdkDate.trim().startsWith(derivedFor.slice(0, DAY_CHARACTERS)))
    return false
  if (names.some(name => request.headers(name).length === 0)) return false
  const hosts = names.includes('host') ? hostVariants(request) : [request.headers]
  for (const target of [request.target, ...(request.otherTargets ?? [])])
    for (const headers of hosts) {
      const canonical = canonicalRequest({ ...request, ...splitTarget(target), signedHeaders, headers })
      const expected = await expectedSignature(canonical, sdkDate.trim(), claim, secretKey)
      if (equalInConstantTime(expected, signature)) return true
    }
  return false
}

/** The length of the `YYYYMMDD` at the start of X-Sdk-Date and of what a key is derived for. */
const DAY_CHARACTERS = 8

function expectedSignature(
  canonical: string,
  sdkDate: string,
  { accessKey, derivedFor }: SignatureClaim,
  secretKey: string,
): Promise<string> {
  return derivedFor === undefined
    ? sdkHmacSha256Signature(canonical, sdkDate, secretKey)
    : v11HmacSha256Signature(canonical, sdkDate, { accessKey, secretKey }, derivedFor)
}

function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const question = target.indexOf('?')
  if (question < 0) return { path: target, query: '' }
  return { path: target.slice(0, question), query: target.slice(question + 1) }
}

function hostVariants({ headers, otherHosts = [] }: ReceivedRequest): readonly ReceivedRequest['headers'][] {
  const hosts = [...headers('host'), ...otherHosts]
  const variants = new Set([...hosts, ...hosts.map(host => host.replace(/:\d+$/, ''))])
  return [...variants].map(host => name => (name === 'host' ? [host] : headers(name)))
}

/** Compares two texts of 64 characters in a time that does not depend on where they differ. */
function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
