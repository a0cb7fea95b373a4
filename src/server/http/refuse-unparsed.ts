import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { TailraceError } from '../../contract/errors.ts'
import { isAnswering } from './answering.ts'
import { ERROR_STATUS } from './error-status.ts'
import { errorBody } from './refuse.ts'

/** Answers what Node's HTTP parser gave up on, so that also a request without a request object gets the one error body. */
export function refuseUnparsed(error: Error & { code?: string }, socket: Socket): void {
  // Behind a request that is being answered the refusal would stand in the midst of that answer.
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
    socket.destroy()
    return
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new TailraceError('headers-too-large', 'The request line and headers are too large.')
      : new TailraceError('invalid-parameter', 'The request is not valid HTTP.')
  const requestId = randomUUID()
  const body = JSON.stringify(errorBody(refusal, requestId))
  const head = [
    `HTTP/1.1 ${ERROR_STATUS[refusal.code].status} ${refusal.code === 'headers-too-large' ? 'Request Header Fields Too Large' : 'Bad Request'}`,
    'Content-Type: application/json;charset=UTF-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
