import { operation } from '../../operation.ts'

/** What the server counts about itself, in the text format of Prometheus (docs/api.md §6: admins). */
export const readMetrics = operation({
  name: 'read-metrics',
  topic: 'operating',
  access: 'metrics',
  method: 'GET',
  path: '/metrics',
  summary: 'Read the metrics of the server',
  media: 'text/plain',
})
