import { randomUUID } from 'node:crypto'
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { TailraceError } from '../../contract/errors.ts'
import { isAnswering } from './answering.ts'
import { DISCARD_MAX_BYTES, errorBody, JSON_MEDIA } from './error-handler.ts'
import { ERROR_STATUS } from './error-status.ts'

/** How long a client that was refused may take to end its side. */
const DISCARD_MAX_MS = 10_000

/** Bytes that came on connections after their refusal. */
const discarded = new WeakMap<Socket, number>()

/** Answers a request that is HTTP, but none that Tailrace takes, before any route looks at it. */
export function refuseUntaken(response: ServerResponse, message: string): void {
  const { status, headers, body } = lastAnswer(new TailraceError('invalid-parameter', message))
  response.writeHead(status, headers).end(body)
}

/** A refusal behind which the connection ends. */
function lastAnswer(refusal: TailraceError) {
  const requestId = randomUUID()
  const body = JSON.stringify(errorBody(refusal, requestId))
  const headers = {
    'Content-Type': JSON_MEDIA,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    Connection: 'close',
  }
  return { status: ERROR_STATUS[refusal.code].status, headers, body }
}

/** What Node's server says of a connection: with what it read last, where that is what the parser could not make out. */
interface UnparsedError extends Error {
  readonly code?: string
  readonly rawPacket?: unknown
}

/** Answers what Node's HTTP parser gave up on, so that also a request without a request object gets the one error body. */
export function refuseUnparsed(error: UnparsedError, socket: Socket): void {
  const before = discarded.get(socket)
  if (before !== undefined && error.rawPacket instanceof Uint8Array) {
    // To close with unread bytes resets the connection, often before the client has read why it was refused.
    const bytes = before + error.rawPacket.length
    discarded.set(socket, bytes)
    if (bytes > DISCARD_MAX_BYTES) socket.destroy()
    return
  }
  // Behind a request that is being answered the refusal would stand in the midst of that answer.
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
    socket.destroy()
    return
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new TailraceError('headers-too-large', 'The request line and headers are too large.')
      : new TailraceError('invalid-parameter', 'The request is not valid HTTP.')
  const { status, headers, body } = lastAnswer(refusal)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines]
  discarded.set(socket, 0)
  const late = setTimeout(() => socket.destroy(), DISCARD_MAX_MS)
  socket.once('close', () => clearTimeout(late))
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
