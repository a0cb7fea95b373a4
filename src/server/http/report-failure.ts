import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isTailraceError } from '../../contract/errors.ts'

const damaged = new WeakSet<ServerResponse>()

/** Writes a failure of ours into the server's log, with the build and step that the request names, and remembers an answer that met damage. */
export function reportFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  message: string,
): void {
  request.log.error({ err: error, ...namedBy(request) }, message)
  if (isTailraceError(error, 'log-damaged')) damaged.add(reply.raw)
}

/** Nothing else of an address: who searches for a secret has it there. */
const NAMES = ['record_id', 'step_id', 'job_id', 'build_no', 'task_name']

function namedBy({ params, query }: FastifyRequest): Record<string, unknown> {
  const given = { ...(query as object), ...(params as object) }
  return Object.fromEntries(Object.entries(given).filter(([name]) => NAMES.includes(name)))
}

/** Whether stored bytes that this answer needed were damaged; also where it had begun with status 200. */
export function metDamage(response: ServerResponse): boolean {
  return damaged.has(response)
}
