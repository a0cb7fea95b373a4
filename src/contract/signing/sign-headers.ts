import { formatAuthorization } from './authorization-header.ts'
import { canonicalRequest } from './canonical-request.ts'
import { formatSdkDate } from './sdk-date.ts'
import { sdkHmacSha256Signature, UNSIGNED_PAYLOAD } from './sdk-hmac-sha256.ts'

export interface RequestToSign {
  readonly method: string
  readonly url: URL
  /** Names in any case, each at most once. */
  readonly headers: Readonly<Record<string, string>>
  /** SHA-256 of the body, 64 hexadecimal digits in lower case, or `UNSIGNED-PAYLOAD`. */
  readonly payloadSha256: string
}

export interface KeyPair {
  readonly accessKey: string
  readonly secretKey: string
}

const SIGNED_WHEN_GIVEN = ['x-project-id', 'x-sdk-content-sha256']

/**
 * Returns the headers of the request with `X-Sdk-Date` and `Authorization` added, and
 * `X-Sdk-Content-Sha256` if the body is not signed, because the server cannot know that otherwise.
 * Signs host, x-sdk-date and, if given, x-project-id and x-sdk-content-sha256: headers that no
 * proxy rewrites. The secret key must not be empty.
 */
export async function signHeaders(
  request: RequestToSign,
  key: KeyPair,
  at: Date,
): Promise<Record<string, string>> {
  const { method, url, payloadSha256 } = request
  const added: Record<string, string> = {
    'X-Sdk-Date': formatSdkDate(at),
    ...(payloadSha256 === UNSIGNED_PAYLOAD && { 'X-Sdk-Content-Sha256': UNSIGNED_PAYLOAD }),
  }
  const given = withoutNames(request.headers, ['Authorization', ...Object.keys(added)])
  const sent = new Map([...Object.entries(given), ...Object.entries(added)].map(lowerCased))
  sent.set('host', url.host)
  const signedHeaders = ['host', 'x-sdk-date', ...SIGNED_WHEN_GIVEN].filter(name => sent.has(name)).sort()
  const canonical = canonicalRequest({
    method,
    path: url.pathname,
    query: url.search.slice(1),
    signedHeaders,
    headers: name => [sent.get(name) ?? ''],
    payloadSha256: sent.get('x-sdk-content-sha256') ?? payloadSha256,
  })
  const signature = await sdkHmacSha256Signature(canonical, formatSdkDate(at), key.secretKey)
  const claim = { accessKey: key.accessKey, signedHeaders, signature }
  return { ...given, ...added, Authorization: formatAuthorization(claim) }
}

function lowerCased([name, value]: readonly [string, string]): readonly [string, string] {
  return [name.toLowerCase(), value]
}

function withoutNames(headers: Readonly<Record<string, string>>, names: readonly string[]) {
  const out = new Set(names.map(name => name.toLowerCase()))
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !out.has(name.toLowerCase())))
}
