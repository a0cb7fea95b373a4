import type { EpochMs } from '../contract/quantities.ts'
import { parseAuthorization, type SignatureClaim } from '../contract/signing/authorization-header.ts'
import { canonicalRequest } from '../contract/signing/canonical-request.ts'
import { parseSdkDate } from '../contract/signing/sdk-date.ts'
import { UNSIGNED_PAYLOAD } from '../contract/signing/sdk-hmac-sha256.ts'
import { verifySignature } from '../contract/signing/verify-signature.ts'
import type { Callers, KnownKey } from './callers.ts'
import { notAuthenticated } from './errors.ts'
import { headerLines, type ReceivedRequest } from './received-request.ts'
import type { SignatureLock } from './signature-lock.ts'
import type { TemporaryKeys } from './temporary-keys.ts'

export interface SignaturePorts {
  readonly callers: Callers
  readonly temporaryKeys: TemporaryKeys
  readonly lock: SignatureLock
  readonly now: () => EpochMs
}

/** How far X-Sdk-Date may be from the server's time, in either direction. */
const MAX_SKEW_MS = 15 * 60_000

/**
 * Finds the key that signed a request, whatever project the caller names. The hash of the body is
 * asked for only when the key is known and not locked, and only when `X-Sdk-Content-Sha256` does
 * not state it or the stated one was signed. A request may be replayed while its date is fresh, as
 * with the original service: appends are idempotent, and TLS keeps requests private. Rejects with
 * `not-authenticated`.
 */
export async function authenticateSignature(
  ports: SignaturePorts,
  request: ReceivedRequest,
  authorization: string,
  payloadSha256: () => Promise<string>,
): Promise<KnownKey> {
  const claim = parseAuthorization(authorization)
  if (claim === undefined)
    throw notAuthenticated('verify aksk signature fail, the Authorization header is malformed')
  requireFreshDate(request, ports.now())
  if (ports.lock.isLocked(claim.accessKey, request.clientAddress))
    throw notAuthenticated('AK access failed to reach the limit,forbidden')
  const known = await requireKey(ports, request, claim.accessKey)
  await requireSignature(ports, request, claim, known, payloadSha256)
  return known
}

function requireKey({ callers, temporaryKeys }: SignaturePorts, request: ReceivedRequest, accessKey: string) {
  const [securityToken, another] = headerLines(request, 'x-security-token').filter(value => value !== '')
  if (another !== undefined) throw notAuthenticated('more than one x-security-token')
  return securityToken === undefined
    ? callers.requireKey(accessKey)
    : temporaryKeys.requireKey(accessKey, securityToken)
}

function requireFreshDate(request: ReceivedRequest, now: EpochMs): void {
  const dates = headerLines(request, 'x-sdk-date')
  const signedAtMs = dates.length === 1 ? parseSdkDate(dates[0]!) : undefined
  if (signedAtMs === undefined)
    throw notAuthenticated('verify aksk signature fail, x-sdk-date must come once, as YYYYMMDDTHHMMSSZ')
  if (Math.abs(now - signedAtMs) > MAX_SKEW_MS)
    throw notAuthenticated(
      `verify aksk signature fail, x-sdk-date ${dates[0]} is more than 15 minutes from the server's time ${new Date(now).toISOString()}`,
    )
}

async function requireSignature(
  { lock }: SignaturePorts,
  request: ReceivedRequest,
  claim: SignatureClaim,
  { secretKey }: KnownKey,
  payloadSha256: () => Promise<string>,
): Promise<void> {
  const stated = headerLines(request, 'x-sdk-content-sha256')
  if (stated.length > 1)
    throw notAuthenticated('verify aksk signature fail, x-sdk-content-sha256 came more than once')
  const signed = {
    method: request.method,
    target: request.url,
    otherTargets: request.otherUrls ?? [],
    otherHosts: request.otherHosts ?? [],
    headers: (name: string) => headerLines(request, name),
    payloadSha256: stated[0] ?? (await payloadSha256()),
  }
  if (!(await verifySignature(signed, claim, secretKey))) {
    lock.failed(claim.accessKey, request.clientAddress)
    throw notAuthenticated(
      `verify aksk signature fail, canonicalRequest:${shownCanonicalRequest(signed, claim)}`,
    )
  }
  lock.succeeded(claim.accessKey, request.clientAddress)
  if (stated[0] === undefined || stated[0] === UNSIGNED_PAYLOAD) return
  if (stated[0].toLowerCase() !== (await payloadSha256()))
    throw notAuthenticated('verify aksk signature fail, x-sdk-content-sha256 is not the hash of the body')
}

const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'x-auth-token',
  'x-security-token',
])
const SHOWN_MAX_CHARACTERS = 4096

/**
 * What the server signed for comparison, in one line and without secrets, so that client authors
 * can find the difference.
 */
function shownCanonicalRequest(
  { target, ...request }: Parameters<typeof verifySignature>[0],
  { signedHeaders }: SignatureClaim,
): string {
  const [path = '', ...query] = target.split('?')
  const headers = (name: string) => (SECRET_HEADERS.has(name) ? ['***'] : request.headers(name))
  return canonicalRequest({ ...request, path, query: query.join('?'), signedHeaders, headers })
    .replaceAll('\n', '|')
    .slice(0, SHOWN_MAX_CHARACTERS)
}
