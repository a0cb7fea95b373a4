import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

/**
 * Times every request by route and status, and counts those that met damaged bytes. Requests that
 * no route handles count together, so that unknown addresses add no series.
 */
export function meterRequests(
  app: FastifyInstance,
  { requestSeconds, requestsUnderWay, damagedReads }: Metrics,
  metDamage: (response: ServerResponse) => boolean,
): void {
  app.addHook('onRequest', async (request, reply) => {
    requestsUnderWay.inc()
    const end = requestSeconds.startTimer({ method: request.method })
    reply.raw.once('close', () => {
      requestsUnderWay.dec()
      if (metDamage(reply.raw)) damagedReads.inc()
      end({ route: request.routeOptions.url ?? 'none', status: String(reply.raw.statusCode) })
    })
  })
}
