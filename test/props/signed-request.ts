import { createHash, createHmac, hkdfSync } from 'node:crypto'

/**
 * A request to be signed by `SDK-HMAC-SHA256` as clients of the gateway do it; written from the
 * documents, apart from Tailrace's own code.
 */
export interface Unsigned {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Those that are signed, with lower-case names; `x-sdk-date` must be one of them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Signed in place of the hash of the body. */
  readonly payloadHash?: string
}

const hex = (text: string) => createHash('sha256').update(text).digest('hex')
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

const order = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/** The value of the Authorization header. */
export function authorization(request: Unsigned, key: { readonly ak: string; readonly sk: string }): string {
  const names = Object.keys(request.headers).sort()
  const stringToSign = `SDK-HMAC-SHA256\n${request.headers['x-sdk-date']}\n${hex(canonicalRequest(request, names))}`
  const signature = createHmac('sha256', key.sk).update(stringToSign).digest('hex')
  return `SDK-HMAC-SHA256 Access=${key.ak}, SignedHeaders=${names.join(';')}, Signature=${signature}`
}

/**
 * As `authorization`, under a key derived for the day of the request, a region and a service:
 * `V11-HMAC-SHA256`.
 */
export function derivedAuthorization(
  request: Unsigned,
  key: { readonly ak: string; readonly sk: string },
  info = `${request.headers['x-sdk-date']!.slice(0, 8)}/cn-north-4/codeartsbuild`,
): string {
  const names = Object.keys(request.headers).sort()
  const derived = Buffer.from(hkdfSync('sha256', key.sk, key.ak, info, 32)).toString('hex')
  const stringToSign = `V11-HMAC-SHA256\n${request.headers['x-sdk-date']}\n${info}\n${hex(canonicalRequest(request, names))}`
  const signature = createHmac('sha256', derived).update(stringToSign).digest('hex')
  return `V11-HMAC-SHA256 Credential=${key.ak}/${info}, SignedHeaders=${names.join(';')}, Signature=${signature}`
}

function canonicalRequest(
  { method, path, headers, body = '', payloadHash = hex(body) }: Unsigned,
  names: readonly string[],
): string {
  const [pathname, query = ''] = path.split('?')
  const segments = pathname!
    .split('/')
    .map(segment => encode(decodeURIComponent(segment)))
    .join('/')
  const pairs = query
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => pair.split('='))
    .map(
      ([name, value = '']) => [encode(decodeURIComponent(name!)), encode(decodeURIComponent(value))] as const,
    )
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map(pair => pair.join('='))
  const signed = names.map(name => `${name}:${headers[name]!.trim()}\n`).join('')
  return [
    method,
    segments.endsWith('/') ? segments : `${segments}/`,
    pairs.join('&'),
    signed,
    names.join(';'),
    payloadHash,
  ].join('\n')
}

/** `YYYYMMDDTHHMMSSZ`. */
export function sdkDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
