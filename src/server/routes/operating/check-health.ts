import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import {
  checkHealth,
  checkReadiness,
  type UnreadyPart,
} from '../../../contract/operations/operating/check-health.ts'
import { errorBody, UNAVAILABLE_RETRY_SECONDS } from '../../http/error-handler.ts'
import { serve } from '../../http/serve.ts'

/** The parts of the server that are not ready. */
export type UnreadyParts = () => Promise<readonly UnreadyPart[]>

/**
 * `/healthz`: the process answers. `/readyz`: it can store and serve logs; 503 names the parts that
 * cannot.
 */
export function healthRoutes(app: FastifyInstance, unreadyParts: UnreadyParts): void {
  serve(app, checkHealth, async () => ({ status: 'ok' as const }))
  serve(app, checkReadiness, async ({ received }, reply) => {
    const parts = await unreadyParts()
    if (parts.length === 0) return { status: 'ready' as const }
    const error = new TailraceError('store-unavailable', `The server is not ready: ${parts.join(', ')}.`)
    reply.code(503).header('retry-after', UNAVAILABLE_RETRY_SECONDS)
    return JSON.stringify({ ...errorBody(error, received.id), not_ready: parts })
  })
}
