import type { FastifyInstance } from 'fastify'
import {
  setRetention as operation,
  type SetRetentionAnswer,
  type SetRetentionBody,
  type SetRetentionParams,
} from '../../../contract/operations/administration/set-retention.ts'
import { GIB } from '../../../contract/quantities.ts'
import { setRetention } from '../../../core/maintain/set-retention.ts'
import { principalOf } from '../../guard/guard-routes.ts'

type Ports = Parameters<typeof setRetention>[0]

export function setRetentionRoute(app: FastifyInstance, ports: Ports): void {
  app.put<{ Params: SetRetentionParams; Body: SetRetentionBody }>(
    operation.path,
    { schema: { params: operation.params, body: operation.body }, config: { operation } },
    async (request): Promise<SetRetentionAnswer> => {
      const { job_id } = request.params
      const { days = null, gib = null } = request.body
      await setRetention(ports, principalOf(request), job_id, {
        ...(days === null ? {} : { days }),
        ...(gib === null ? {} : { bytes: Math.round(gib * GIB) }),
      })
      return { job_id, days, gib }
    },
  )
}
