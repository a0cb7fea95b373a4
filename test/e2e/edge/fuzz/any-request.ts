import fc from 'fast-check'
import type { Operation } from '../../../../src/contract/operation.ts'
import { type Target, type WellFormed, wellFormed } from '../../../props/well-formed-request.ts'
import { oddBody, oddText, spoilt } from './odd-values.ts'

/** Answers that last as long as the log: they are asked with bad values only. */
export const isStream = ({ name }: Operation) => name.startsWith('follow-')

const encoded = (text: string) => encodeURIComponent(text.toWellFormed())

/** Any path of the operation's form: some of its parts as they should be, others not. */
function anyPath(operation: Operation, target: Target): fc.Arbitrary<string> {
  const good = wellFormed(operation, target).path.split('?')[0]!.split('/')
  const bad = isStream(operation) ? oddText.filter(one => one !== '' && one !== '1') : oddText
  const value = isStream(operation) ? bad : fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, bad)
  const parts = operation.path.split('/')
  return fc
    .array(value, { minLength: parts.length, maxLength: parts.length })
    .map(values =>
      parts.map((part, n) => (part.startsWith(':') && values[n] ? encoded(values[n]) : good[n])).join('/'),
    )
}

/** Any query, of names that the operation knows and others, a good one among it or not. */
function anyQuery(operation: Operation, target: Target): fc.Arbitrary<string> {
  const names = Object.keys((operation.query as { properties?: object } | undefined)?.properties ?? {})
  const good = wellFormed(operation, target).path.split('?')[1] ?? ''
  return fc
    .tuple(
      fc.boolean(),
      fc.array(fc.tuple(fc.constantFrom(...names, 'x', '__proto__'), oddText), { maxLength: 8 }),
      fc.oneof({ weight: 20, arbitrary: fc.constant('') }, fc.constant(`y=${'z'.repeat(60_000)}`)),
    )
    .map(([withGood, pairs, long]) =>
      [withGood ? good : '', ...pairs.map(([name, value]) => `${name}=${encoded(value)}`), long]
        .filter(part => part !== '')
        .join('&'),
    )
}

/** Any body; those of an upload are never JSON. */
function anyBody(operation: Operation, target: Target): fc.Arbitrary<string | undefined> {
  const { method, body } = wellFormed(operation, target)
  if (!/POST|PUT|PATCH/.test(method)) return fc.constant(undefined)
  if (operation.body === undefined || body === undefined) return oddBody
  return fc.oneof(oddBody, spoilt(body), spoilt(body))
}

/** Header lines, each of which may be wrong or repeated. */
export const oddHeaders = fc.array(
  fc.oneof(
    lines(
      'Range',
      'bytes=0-',
      'bytes=-1',
      'bytes=5-2',
      'bytes=0-0,1-1',
      `bytes=${'9'.repeat(40)}-`,
      'items=0-1',
    ),
    lines('If-Range', '"x"', 'W/"x"', 'Sun, 06 Nov 1994 08:49:37 GMT', '"'),
    lines('If-None-Match', '*', 'W/"x", "y"', ',,,', '"'),
    lines('If-Match', '*', '"x"', ',', ''),
    lines(
      'Accept-Encoding',
      'zstd',
      'gzip;q=2',
      'zstd;q=',
      'gzip, zstd;q=0, *;q=1e9',
      ',;,',
      'identity;q=0, *;q=0',
    ),
    lines('Accept', '*/*', 'text/event-stream', ';;'),
    lines('Upload-Offset', '0', '-1', '1e3', '9007199254740993', ''),
    lines(
      'Upload-Checksum',
      'sha1 !!!',
      'sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      'md5 x',
      'sha1',
    ),
    lines('Upload-Length', '0', '-1', 'x'),
    lines('Upload-Defer-Length', '1', '2'),
    lines('Tus-Resumable', '1.0.0', '0.2.2', ''),
    lines(
      'Content-Type',
      'application/json; charset=utf-16',
      'application/offset+octet-stream',
      'text/plain',
      ';',
      'a/b; c=',
    ),
    lines('Content-Encoding', 'gzip', 'identity', 'x'),
    lines('Last-Event-ID', '0', '-1', 'x', '99999999999999999999'),
    lines('X-HTTP-Method-Override', 'PATCH', 'DELETE', 'HEAD', 'x'),
    lines('X-Project-Id', '', 'x', '0'.repeat(32)),
    lines('X-Subject-Token', '', 'x'),
    lines('X-Security-Token', 'trs_x', ''),
    lines('Origin', 'null', 'https://evil.example', ''),
    lines('Cookie', 'tailrace-session=', 'tailrace-session=x; tailrace-session=y', '=;=;'),
    lines('Authorization', 'Bearer', 'Basic x', 'SDK-HMAC-SHA256 Access=,', 'V11-HMAC-SHA256 Credential=a/b'),
    lines('X-Sdk-Date', 'x', '20200101T000000Z', '99999999T999999Z'),
    lines('X-Sdk-Content-Sha256', 'UNSIGNED-PAYLOAD', 'x'),
    lines('X-Forwarded-For', ',', '::', 'x'.repeat(3000)),
    lines('Expect', '100-continue', 'x'),
    lines('X-Padding', 'x'.repeat(100_000)),
  ),
  { maxLength: 5 },
)

function lines(name: string, ...values: string[]): fc.Arbitrary<readonly [string, string]> {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...values) },
    fc.stringMatching(/^[ -~]{0,30}$/),
  )
  return value.map(text => [name, text] as const)
}

/** Any request to an operation that is valid HTTP. */
export function anyRequest(operation: Operation, target: Target): fc.Arbitrary<WellFormed> {
  return fc
    .record({
      path: anyPath(operation, target),
      query: anyQuery(operation, target),
      headers: oddHeaders,
      body: anyBody(operation, target),
    })
    .map(({ path, query, headers, body }) => ({
      method: operation.method,
      path: query === '' ? path : `${path}?${query}`,
      headers: {
        ...wellFormed(operation, target).headers,
        ...Object.fromEntries(headers.filter(([name]) => name !== 'Expect')),
      },
      body: body?.toWellFormed(),
    }))
}
