import type { FastifyInstance } from 'fastify'
import { readMetrics as operation } from '../../../contract/operations/operating/read-metrics.ts'

/** `metrics` in the text format of Prometheus, of the media type that it names. */
export interface MetricsText {
  readonly contentType: string
  metrics(): Promise<string>
}

export function readMetricsRoute(app: FastifyInstance, registry: MetricsText): void {
  app.get(operation.path, { config: { operation } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}
