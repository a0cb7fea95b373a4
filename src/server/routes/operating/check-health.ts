import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import {
  checkHealth,
  checkReadiness,
  type UnreadyPart,
} from '../../../contract/operations/operating/check-health.ts'
import { errorBody, UNAVAILABLE_RETRY_SECONDS } from '../../http/refuse.ts'

/** `/healthz`: the process answers. `/readyz`: it can take and give logs; 503 names what cannot. */
export function healthRoutes(
  app: FastifyInstance,
  unreadyParts: () => Promise<readonly UnreadyPart[]>,
): void {
  app.get(checkHealth.path, { config: { operation: checkHealth } }, async () => ({ status: 'ok' }))
  app.get(checkReadiness.path, { config: { operation: checkReadiness } }, async (request, reply) => {
    const parts = await unreadyParts()
    if (parts.length === 0) return { status: 'ready' }
    const error = new TailraceError('store-unavailable', `The server is not ready: ${parts.join(', ')}.`)
    return reply
      .code(503)
      .header('retry-after', UNAVAILABLE_RETRY_SECONDS)
      .send({ ...errorBody(error, request.id), not_ready: parts })
  })
}
