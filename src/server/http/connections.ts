/** What belongs to a connection and not to one request: pipelining, and answers to invalid HTTP. */
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { TailraceError } from '../../contract/errors.ts'
import { DISCARD_MAX_BYTES, errorBody, JSON_MEDIA } from './error-handler.ts'
import { ERROR_STATUS } from './error-status.ts'

const answers = new WeakMap<Socket, number>()

/**
 * How many requests of one connection may be in progress. A client that pipelines more is cut off.
 */
const PIPELINED_MAX = 16

/**
 * Counts the unanswered requests of a connection. Cuts it off and returns false if there are too
 * many.
 */
export function beginAnswer({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const before = answers.get(socket) ?? 0
  if (before >= PIPELINED_MAX) {
    socket.destroy()
    return false
  }
  answers.set(socket, before + 1)
  response.once('close', () => answers.set(socket, (answers.get(socket) ?? 1) - 1))
  return true
}

/** True while a request of this connection waits for its answer, or for the rest of it. */
function isAnswering(socket: Socket): boolean {
  return (answers.get(socket) ?? 0) > 0
}

/** How long a rejected client may take to close its side of the connection. */
const DISCARD_MAX_MS = 10_000

/** How many bytes each connection received after it was rejected. */
const discarded = new WeakMap<Socket, number>()

/** Rejects a request that is valid HTTP, but that Tailrace does not accept, before it is routed. */
export function rejectRequest(response: ServerResponse, message: string): void {
  const { status, headers, body } = lastAnswer(new TailraceError('invalid-parameter', message))
  response.writeHead(status, headers).end(body)
}

/** The last answer on a connection. */
function lastAnswer(error: TailraceError) {
  const requestId = randomUUID()
  const body = JSON.stringify(errorBody(error, requestId))
  const headers = {
    'Content-Type': JSON_MEDIA,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    Connection: 'close',
  }
  return { status: ERROR_STATUS[error.code].status, headers, body }
}

/** An error of Node's HTTP parser, with the bytes that it could not parse. */
interface UnparsedError extends Error {
  readonly code?: string
  readonly rawPacket?: unknown
}

/** Answers what Node's HTTP parser cannot parse with the same error body as every other error. */
export function rejectUnparsed(error: UnparsedError, socket: Socket): void {
  const before = discarded.get(socket)
  if (before !== undefined && error.rawPacket instanceof Uint8Array) {
    // Closing with unread bytes resets the connection, often before the client has read the answer.
    const bytes = before + error.rawPacket.length
    discarded.set(socket, bytes)
    if (bytes > DISCARD_MAX_BYTES) socket.destroy()
    return
  }
  // While another request is being answered, this answer would end up in the middle of that one.
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
    socket.destroy()
    return
  }
  const rejection =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new TailraceError('headers-too-large', 'The request line and headers are too large.')
      : new TailraceError('invalid-parameter', 'The request is not valid HTTP.')
  const { status, headers, body } = lastAnswer(rejection)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines]
  discarded.set(socket, 0)
  const late = setTimeout(() => socket.destroy(), DISCARD_MAX_MS)
  socket.once('close', () => clearTimeout(late))
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
