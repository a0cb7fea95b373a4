import type { FastifyInstance } from 'fastify'
import { readMetrics as operation } from '../../../contract/operations/operating/read-metrics.ts'
import { serve } from '../../http/serve.ts'

/** Metrics in the text format of Prometheus, and its media type. */
export interface MetricsText {
  readonly contentType: string
  metrics(): Promise<string>
}

export function readMetricsRoute(app: FastifyInstance, registry: MetricsText): void {
  serve(app, operation, async (_request, reply) => {
    reply.type(registry.contentType)
    return registry.metrics()
  })
}
