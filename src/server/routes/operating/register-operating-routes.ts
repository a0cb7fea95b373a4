import type { FastifyInstance } from 'fastify'
import type { Operation } from '../../../contract/operation.ts'
import { healthRoutes, type UnreadyParts } from './check-health.ts'
import { readApiDocumentRoutes } from './read-api-document.ts'
import { type MetricsText, readMetricsRoute } from './read-metrics.ts'

interface Observed {
  readonly unreadyParts: UnreadyParts
  readonly metrics: MetricsText
  /** Complete before the first request. */
  readonly operations: readonly Operation[]
  readonly version: string
}

/** Health, metrics and the API document. */
export function registerOperatingRoutes(
  app: FastifyInstance,
  { unreadyParts, metrics, operations, version }: Observed,
  publicUrl: () => string,
): void {
  healthRoutes(app, unreadyParts)
  readMetricsRoute(app, metrics)
  readApiDocumentRoutes(app, operations, version, publicUrl)
}
