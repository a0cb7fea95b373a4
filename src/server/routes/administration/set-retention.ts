import type { FastifyInstance } from 'fastify'
import { setRetention as operation } from '../../../contract/operations/administration/set-retention.ts'
import { GIB } from '../../../contract/quantities.ts'
import { setRetention } from '../../../core/maintain/set-retention.ts'
import { serve } from '../../http/serve.ts'

type Ports = Parameters<typeof setRetention>[0]

export function setRetentionRoute(app: FastifyInstance, ports: Ports): void {
  serve(app, operation, async ({ who, params: { job_id }, body: { days = null, gib = null } }) => {
    await setRetention(ports, who, job_id, {
      ...(days === null ? {} : { days }),
      ...(gib === null ? {} : { bytes: Math.round(gib * GIB) }),
    })
    return { job_id, days, gib }
  })
}
