import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ERROR_STATUS } from './error-status.ts'
import { asTailraceError, errorBody, isOurFault } from './refuse.ts'

/** The answer to a failed request of the identity service, in the form of Keystone v3: `{error: {code, message, title}}`. */
export function refuseAsKeystone(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asTailraceError(thrown)
  const { status } = ERROR_STATUS[error.code]
  if (isOurFault(error)) request.log.error({ err: thrown }, error.message)
  const { retryAfterSeconds } = error.detail
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  const { error_msg: message } = errorBody(error, request.id)
  return reply
    .code(status)
    .type('application/json;charset=UTF-8')
    .send({ error: { code: status, message, title: STATUS_CODES[status] ?? 'Error' } })
}
