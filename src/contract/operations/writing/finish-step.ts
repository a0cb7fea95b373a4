import Type from 'typebox'
import { operation } from '../../operation.ts'
import { outcome } from '../../parameters.ts'
import { MAX_INTEGER } from '../../quantities.ts'
import { stepLogParams } from './append-log.ts'

/**
 * Seals the log of a step, after a check against the writer's size and SHA-256 (docs/api.md §4).
 */
export const finishStep = operation({
  name: 'finish-step',
  topic: 'writing',
  access: 'write',
  method: 'POST',
  path: '/api/v1/builds/:record_id/steps/:step_id/finish',
  summary: 'Finish a step and seal its log',
  description:
    'If size or sha256 do not match the stored bytes, the answer is 409 and the log stays open. Without sha256, verified is false.',
  params: stepLogParams,
  body: Type.Object({
    status: outcome,
    size: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_INTEGER })),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-fA-F]{64}$' })),
  }),
  answer: Type.Object({
    step_id: Type.Integer(),
    status: Type.String(),
    size: Type.Integer(),
    sha256: Type.String(),
    verified: Type.Boolean(),
  }),
})

export type FinishStepBody = Type.Static<typeof finishStep.body>
export type FinishStepAnswer = Type.Static<typeof finishStep.answer>
