import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'
import { checkHealth, checkReadiness } from '../../contract/operations/check-health.ts'

/** `/healthz`: the process answers. `/readyz`: it can take and give logs; 503 while it starts, stops, or its store fails. */
export function healthRoutes(app: FastifyInstance, isReady: () => Promise<boolean>): void {
  app.get(checkHealth.path, { config: { access: 'open' } }, async () => ({ status: 'ok' }))
  app.get(checkReadiness.path, { config: { access: 'open' } }, async () => {
    if (!(await isReady())) throw new TailraceError('store-unavailable', 'The server is not ready.')
    return { status: 'ready' }
  })
}
