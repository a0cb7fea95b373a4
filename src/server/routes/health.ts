import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'

/** `/healthz`: the process answers. `/readyz`: it can take and give logs; 503 while it starts, stops, or its store fails. */
export function healthRoutes(app: FastifyInstance, isReady: () => Promise<boolean>): void {
  app.get('/healthz', { config: { access: 'open' } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { access: 'open' } }, async () => {
    if (!(await isReady())) throw new TailraceError('store-unavailable', 'The server is not ready.')
    return { status: 'ready' }
  })
}
