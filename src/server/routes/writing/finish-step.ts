import type { FastifyInstance } from 'fastify'
import type { StepLogParams } from '../../../contract/operations/writing/append-log.ts'
import {
  type FinishStepAnswer,
  type FinishStepBody,
  finishStep as operation,
} from '../../../contract/operations/writing/finish-step.ts'
import { requireWritableStep } from '../../../core/access/authorize.ts'
import type { Outcome } from '../../../core/ports/build-catalog.ts'
import { finishStep } from '../../../core/write/finish-step.ts'
import type { WritePorts } from '../../../core/write/live-logs.ts'
import { principalOf } from '../../guard/guard-routes.ts'
import { queryStepId } from '../../http/query-number.ts'

export function finishStepRoute(app: FastifyInstance, ports: WritePorts): void {
  app.post<{ Params: StepLogParams; Body: FinishStepBody }>(
    operation.path,
    { schema: { params: operation.params, body: operation.body }, config: { operation } },
    async (request): Promise<FinishStepAnswer> => {
      const { record_id, step_id } = request.params
      const { status, size, sha256 } = request.body
      const step = await requireWritableStep(ports, principalOf(request), record_id, queryStepId(step_id))
      const finished = await finishStep(ports, step, {
        outcome: status.toUpperCase() as Outcome,
        ...(size === undefined ? {} : { sizeBytes: size }),
        ...(sha256 === undefined ? {} : { sha256: sha256.toLowerCase() }),
      })
      return {
        step_id: step.stepId,
        status: finished.outcome,
        size: finished.sizeBytes,
        sha256: finished.sha256,
        verified: finished.verified,
      }
    },
  )
}
