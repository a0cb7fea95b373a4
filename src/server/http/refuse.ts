import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'
import { MIB } from '../../contract/quantities.ts'
import { ERROR_STATUS, INTERNAL_ERROR_MESSAGE } from './error-status.ts'
import { reportFailure } from './report-failure.ts'

export interface ErrorBody {
  readonly error_code: string
  readonly error_msg: string
  readonly request_id: string
}

/** Seconds after which a client may try again when storage fails. */
export const UNAVAILABLE_RETRY_SECONDS = 2

/** The one body of every refusal (docs/api.md §1). */
export function errorBody(error: TailraceError, requestId: string): ErrorBody {
  const { status, errorCode } = ERROR_STATUS[error.code]
  const message = status === 500 ? INTERNAL_ERROR_MESSAGE : error.message
  return { error_code: errorCode, error_msg: message, request_id: requestId }
}

/** Answers a failed request; headers tell what a client can act on. Failures that are ours are logged with their cause. */
export function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asTailraceError(thrown)
  const { status } = ERROR_STATUS[error.code]
  if (hasGone(request)) request.log.info({ err: thrown }, 'the client went away')
  else if (isOurFault(error)) reportFailure(request, reply, thrown, error.message)
  if (error.detail.head !== undefined && status === 409) reply.header('upload-offset', error.detail.head)
  const retryAfter =
    error.detail.retryAfterSeconds ?? (status === 503 ? UNAVAILABLE_RETRY_SECONDS : undefined)
  if (!request.raw.complete) discardRest(request.raw, reply)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  return reply.code(status).type('application/json;charset=UTF-8').send(errorBody(error, request.id))
}

/** Whether a person should look at this server for it. That the external IAM fails is reported by itself, not for each request. */
export function isOurFault({ code }: TailraceError): boolean {
  return ERROR_STATUS[code].status >= 500 && code !== 'iam-unavailable'
}

/** The client cut its request off: whatever failed by that is no fault of ours. */
function hasGone({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete
}

/** Brings what the framework throws into the domain's terms; everything unknown is our fault. */
export function asTailraceError(thrown: unknown): TailraceError {
  if (thrown instanceof TailraceError) return thrown
  const { statusCode, code, message } = thrown as Partial<FastifyError>
  if (statusCode === 413) return new TailraceError('too-large', 'The body is too large.')
  if (statusCode === 415)
    return new TailraceError('media-type', 'The Content-Type is not one that this route takes.')
  if (statusCode === 404) return new TailraceError('no-such-route', NO_SUCH_ROUTE)
  if (code === 'FST_ERR_BAD_URL')
    return new TailraceError('invalid-parameter', 'The path is not well encoded.')
  if (statusCode !== undefined && statusCode < 500)
    return new TailraceError('invalid-parameter', `The body is not valid: ${message}`)
  return new TailraceError('internal', INTERNAL_ERROR_MESSAGE, {}, { cause: thrown })
}

/** What a refused client may still send before its connection is cut: enough for it to see the answer first. */
export const DISCARD_MAX_BYTES = 16 * MIB

/** Reads on, so that a client that sends its whole body first gets to read the answer. To end the connection with the answer would reset it under the client's hands. */
function discardRest(request: FastifyRequest['raw'], reply: FastifyReply): void {
  let discarded = 0
  reply.removeHeader('connection')
  request.on('error', () => {})
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > DISCARD_MAX_BYTES) request.socket.destroy()
  })
}

export const NO_SUCH_ROUTE = 'The API does not exist or has not been published in the environment.'
