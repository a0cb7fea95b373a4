import Type from 'typebox'
import { operation } from '../../operation.ts'
import { outcome, recordIdParameter } from '../../parameters.ts'

/** Sets the result of a build and skips the steps that never began (docs/api.md §4). */
export const finishBuild = operation({
  name: 'finish-build',
  topic: 'writing',
  access: 'write',
  method: 'POST',
  path: '/api/v1/builds/:record_id/finish',
  summary: 'Finish a build',
  description: 'Steps that never began are skipped. Open steps still accept late bytes.',
  params: Type.Object({ record_id: recordIdParameter }),
  body: Type.Object({ status: outcome }),
  answer: Type.Object({
    record_id: Type.String(),
    job_id: Type.String(),
    build_no: Type.Integer(),
    status: Type.String(),
  }),
})

export type FinishBuildParams = Type.Static<typeof finishBuild.params>
export type FinishBuildBody = Type.Static<typeof finishBuild.body>
export type FinishBuildAnswer = Type.Static<typeof finishBuild.answer>
