import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isTailraceError } from '../../contract/errors.ts'

const damaged = new WeakSet<ServerResponse>()

/**
 * Logs a failure of this server, with the build and step that the request names. Remembers the
 * answer if it met damage.
 */
export function reportFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  message: string,
): void {
  request.log.error({ err: error, ...namedBy(request) }, message)
  if (isTailraceError(error, 'log-damaged')) damaged.add(reply.raw)
}

/**
 * The only parameters that are logged: a query string may contain a secret, such as a search for
 * one.
 */
const NAMES = ['record_id', 'step_id', 'job_id', 'build_no', 'task_name']

function namedBy({ params, query }: FastifyRequest): Record<string, unknown> {
  const given = { ...(query as object), ...(params as object) }
  return Object.fromEntries(Object.entries(given).filter(([name]) => NAMES.includes(name)))
}

/** True if stored bytes that this answer needed were damaged, even if it began with status 200. */
export function metDamage(response: ServerResponse): boolean {
  return damaged.has(response)
}
