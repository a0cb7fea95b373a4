import { percentDecode, percentEncode } from './percent-encoding.ts'

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string
  /** The path as sent, still percent-encoded, without the query. */
  readonly path: string
  /** The query as sent, without `?`. Empty if there is none. */
  readonly query: string
  /** The names of the signed headers in the order in which they are listed. */
  readonly signedHeaders: readonly string[]
  /** The values of a header by its lower-case name, one per header line. */
  readonly headers: (name: string) => readonly string[]
  /** 64 hexadecimal digits in lower case, or `UNSIGNED-PAYLOAD`. */
  readonly payloadSha256: string
}

/**
 * The text whose hash is signed: six parts, joined by "\n". Equal to what the signers of the
 * official SDKs produce for SDK-HMAC-SHA256.
 */
export function canonicalRequest(request: SignedRequest): string {
  return [
    request.method.toUpperCase(),
    canonicalPath(request.path),
    canonicalQuery(request.query),
    canonicalHeaders(request),
    request.signedHeaders.join(';'),
    request.payloadSha256,
  ].join('\n')
}

/**
 * Decodes and encodes each segment, so that every spelling of a path gives the same text. The
 * result always ends with a slash.
 */
export function canonicalPath(path: string): string {
  const canonical = path
    .split('/')
    .map(segment => percentEncode(percentDecode(segment)))
    .join('/')
  return canonical.endsWith('/') ? canonical : `${canonical}/`
}

/**
 * The parameters sorted by the bytes of name, then value, each as `name=value`, even if no `=` was
 * sent. Empty without a query. A `+` is a space, as for the server that reads the parameter, and is
 * signed as `%20`.
 */
export function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter(parameter => parameter !== '')
    .map(parameter => {
      const equals = parameter.indexOf('=')
      const name = equals < 0 ? parameter : parameter.slice(0, equals)
      return [decodeParameter(name), equals < 0 ? '' : decodeParameter(parameter.slice(equals + 1))] as const
    })
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&')
}

function canonicalHeaders({ signedHeaders, headers }: SignedRequest): string {
  return signedHeaders
    .map(name => name.toLowerCase())
    .flatMap(name => sortedValues(headers(name)).map(value => `${name}:${value}\n`))
    .join('')
}

function sortedValues(values: readonly string[]): readonly string[] {
  return values.map(value => value.trim()).sort(compare)
}

function decodeParameter(text: string): string {
  return percentDecode(text.replaceAll('+', '%20'))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
