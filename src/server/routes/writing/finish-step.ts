import type { FastifyInstance } from 'fastify'
import { finishStep as operation } from '../../../contract/operations/writing/finish-step.ts'
import { requireWritableStep } from '../../../core/access/authorize.ts'
import type { Outcome } from '../../../core/ports/build-catalog.ts'
import { finishStep } from '../../../core/write/finish-step.ts'
import type { WritePorts } from '../../../core/write/live-logs.ts'
import { queryStepId } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'

export function finishStepRoute(app: FastifyInstance, ports: WritePorts): void {
  serve(app, operation, async ({ who, params: { record_id, step_id }, body: { status, size, sha256 } }) => {
    const step = await requireWritableStep(ports, who, record_id, queryStepId(step_id))
    const finished = await finishStep(ports, step, {
      // The schema accepts the three outcomes alone, in any case.
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
  })
}
