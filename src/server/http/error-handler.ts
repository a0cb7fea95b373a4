import { STATUS_CODES } from 'node:http'
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

/** The media type of every JSON answer. */
export const JSON_MEDIA = 'application/json;charset=UTF-8'

/** Seconds after which a client may retry when storage fails. */
export const UNAVAILABLE_RETRY_SECONDS = 2

export const NO_SUCH_ROUTE = 'The API does not exist or has not been published in the environment.'

/** The body of every error (docs/api.md §1). */
export function errorBody(error: TailraceError, requestId: string): ErrorBody {
  const { errorCode } = ERROR_STATUS[error.code]
  return { error_code: errorCode, error_msg: messageOf(error), request_id: requestId }
}

/** The same error as Keystone v3 writes it. */
function keystoneErrorBody(error: TailraceError) {
  const { status } = ERROR_STATUS[error.code]
  return { error: { code: status, message: messageOf(error), title: STATUS_CODES[status] ?? 'Error' } }
}

function messageOf(error: TailraceError): string {
  return ERROR_STATUS[error.code].status === 500 ? INTERNAL_ERROR_MESSAGE : error.message
}

/**
 * Answers a failed request: status, body, and the headers that a client can act on. Failures of
 * this server are logged with their cause.
 */
export function handleError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asTailraceError(thrown)
  const { status } = ERROR_STATUS[error.code]
  if (hasGone(request)) request.log.info({ err: thrown }, 'the client went away')
  else if (isServerFailure(error)) reportFailure(request, reply, thrown, error.message)
  const { head, retryAfterSeconds } = error.detail
  if (head !== undefined && status === 409) reply.header('upload-offset', head)
  const retryAfter = retryAfterSeconds ?? (status === 503 ? UNAVAILABLE_RETRY_SECONDS : undefined)
  if (!request.raw.complete) discardRest(request.raw, reply)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  const isKeystone = request.routeOptions.config.operation?.errorForm === 'keystone'
  return reply
    .code(status)
    .type(JSON_MEDIA)
    .send(isKeystone ? keystoneErrorBody(error) : errorBody(error, request.id))
}

/**
 * Whether an operator should look at this server. A failing external IAM does not count: it is
 * reported once by the code that watches it, not for each request.
 */
export function isServerFailure({ code }: TailraceError): boolean {
  return ERROR_STATUS[code].status >= 500 && code !== 'iam-unavailable'
}

/** The client broke the request off, so whatever failed is not a failure of this server. */
function hasGone({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete
}

/** Turns an error of the framework into one of the domain; anything unknown is `internal`. */
function asTailraceError(thrown: unknown): TailraceError {
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

/**
 * How many bytes a rejected client may still send before its connection is cut. Until then it can
 * read the answer.
 */
export const DISCARD_MAX_BYTES = 16 * MIB

/**
 * Reads the rest of the body and drops it, so that a client that sends all of its body first can
 * read the answer. Closing the connection now would reset it before the client has read anything.
 */
function discardRest(request: FastifyRequest['raw'], reply: FastifyReply): void {
  let discarded = 0
  reply.removeHeader('connection')
  request.on('error', () => {})
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > DISCARD_MAX_BYTES) request.socket.destroy()
  })
}
