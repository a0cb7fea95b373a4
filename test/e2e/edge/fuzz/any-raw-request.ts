import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Operation } from '../../../../src/contract/operation.ts'
import type { Ending } from '../../../props/raw-exchange.ts'
import { type Target, wellFormed } from '../../../props/well-formed-request.ts'
import { oddHeaders } from './any-request.ts'

/** A request that need not be valid HTTP. */
export interface RawRequest {
  /** One character for each byte. */
  readonly text: string
  readonly ending: Ending
  /** Head and body come out even, so that there must be an answer. */
  readonly isWhole: boolean
}

/** Parts of a path or query that are not allowed there, or not in this form. */
const ODD_ENCODINGS = [
  '%',
  '%zz',
  '%ff',
  '%c0%af',
  '%E0%A4%A',
  '%00',
  '%0d%0aX:%20y',
  '\u00ff\u00fe',
  '\u00c3\u00a9',
  '//',
  '/../',
  '?',
  '&&=&==&',
  '#x',
  ';x',
  '+',
  '\t',
]

const path = (operation: Operation, target: Target) => {
  const good = wellFormed(operation, target).path
  return fc.oneof(
    fc.constant(good),
    fc
      .tuple(fc.nat(good.length), fc.constantFrom(...ODD_ENCODINGS))
      .map(([at, odd]) => good.slice(0, at) + odd + good.slice(at)),
  )
}

const bytes = fc.uint8Array({ maxLength: 60 }).map(all => Buffer.from(all).toString('latin1'))
const gzipped = (text: string) => gzipSync(text).toString('latin1')
/** Of nothing there is none: it would be the last. */
const chunk = (text: string) => (text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`)
const sized = (length: number | string) => `Content-Length: ${length}`
const CHUNKED = 'Transfer-Encoding: chunked'

type Framing = (body: string) => { readonly header: string; readonly sent: string; readonly ending: Ending }
/** How a body may be sent as it should. */
const WHOLE: readonly Framing[] = [
  body => ({ header: sized(body.length), sent: body, ending: 'wait' }),
  body => ({ header: CHUNKED, sent: `${chunk(body)}0\r\n\r\n`, ending: 'wait' }),
  body => ({
    header: CHUNKED,
    sent: `1;x="y"\r\na\r\n${chunk(body)}0\r\nTrailer: x\r\n\r\n`,
    ending: 'wait',
  }),
  body => {
    const small = gzipped(body)
    return { header: `Content-Encoding: gzip\r\n${sized(small.length)}`, sent: small, ending: 'wait' }
  },
]
/** And in ways that do not come out even. */
const BROKEN: readonly Framing[] = [
  body => ({ header: sized(Math.max(0, body.length - 1)), sent: body, ending: 'wait' }),
  body => ({ header: sized(body.length + 10), sent: body, ending: 'end' }),
  body => ({ header: sized(body.length + 10), sent: body, ending: 'leave' }),
  body => ({ header: sized(20 * 1024 * 1024), sent: body, ending: 'leave' }),
  body => ({ header: CHUNKED, sent: chunk(body), ending: 'end' }),
  body => ({ header: CHUNKED, sent: chunk(body).slice(0, -3), ending: 'leave' }),
  body => ({ header: CHUNKED, sent: `zz\r\n${body}`, ending: 'wait' }),
  body => ({ header: CHUNKED, sent: `ffffffffffffffffff\r\n${body}`, ending: 'wait' }),
  body => ({ header: `${sized(body.length)}\r\n${sized(body.length + 1)}`, sent: body, ending: 'wait' }),
  body => ({ header: `${sized(body.length)}\r\n${CHUNKED}`, sent: body, ending: 'wait' }),
  body => ({ header: sized('-1'), sent: body, ending: 'wait' }),
  body => ({ header: sized('9'.repeat(30)), sent: body, ending: 'wait' }),
  body => ({ header: 'X: y', sent: body, ending: 'wait' }),
]

/** Any request to an operation, byte by byte, with these credentials. */
export function anyRawRequest(operation: Operation, target: Target, token: string): fc.Arbitrary<RawRequest> {
  const { method, headers, body = '' } = wellFormed(operation, target)
  const own = Object.entries({ Host: 'x', Connection: 'close', 'X-Auth-Token': token, ...headers })
  return fc
    .record({
      path: path(operation, target),
      version: fc.oneof({ weight: 9, arbitrary: fc.constant('1.1') }, fc.constantFrom('1.0', '9.9', '')),
      odd: oddHeaders,
      dropped: fc.array(fc.nat(own.length), { maxLength: 1 }),
      body: fc.oneof(fc.constant(body), bytes),
      framing: fc.constantFrom(...WHOLE, ...BROKEN),
    })
    .map(({ path, version, odd, dropped, body, framing }) => {
      const { header, sent, ending } = framing(Buffer.from(body).toString('latin1'))
      const kept = own.filter((_, n) => !dropped.includes(n))
      const head = [
        `${method} ${path} HTTP/${version}`,
        ...[...kept, ...odd].map(([name, value]) => `${name}: ${value}`),
        header,
      ]
      // A connection that the server may keep open is ended by the client.
      const ends = ending === 'wait' && dropped.length > 0 ? 'end' : ending
      const text = `${head.join('\r\n')}\r\n\r\n${sent}`
      // A refusal of a long head may be lost when the connection is reset under it.
      return {
        text,
        ending: ends,
        isWhole: WHOLE.includes(framing) && ends === 'wait' && text.length < 64_000,
      }
    })
}
