import { operation } from '../../operation.ts'

/** Returns the server's metrics in the text format of Prometheus (docs/api.md §6). */
export const readMetrics = operation({
  name: 'read-metrics',
  topic: 'operating',
  access: 'metrics',
  method: 'GET',
  path: '/metrics',
  summary: 'Read the metrics of the server',
  description: 'In the text format of Prometheus.',
  media: 'text/plain',
})
