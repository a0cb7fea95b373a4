import Type from 'typebox'
import { nullable } from '../../nullable.ts'
import { operation } from '../../operation.ts'
import { buildSummary, outcomeAnswer } from '../../records/build-summary.ts'
import { recordParams } from '../../records/lookup-parameters.ts'

const ownTime = Type.String({ description: 'ISO 8601, UTC.' })

/** A build with its steps (docs/api.md §5). */
export const showBuild = operation({
  name: 'show-build',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id',
  summary: 'Show a build and its steps',
  params: recordParams,
  answer: Type.Interface([buildSummary], {
    project_id: Type.String(),
    steps: Type.Array(
      Type.Object({
        step_id: Type.Integer(),
        task_name: Type.String(),
        name: Type.String(),
        state: Type.Enum(['waiting', 'running', 'sealed', 'abandoned', 'skipped']),
        status: nullable(outcomeAnswer),
        size: Type.Integer({ description: 'Bytes of the log by now.' }),
        sha256: nullable(Type.String({ description: 'Of a sealed log.' })),
        verified: nullable(Type.Boolean({ description: 'The writer named the sha256, and it was right.' })),
        began_at: nullable(ownTime),
        finished_at: nullable(ownTime),
        log_url: Type.String(),
      }),
    ),
  }),
})

export type ShowBuildAnswer = Type.Static<typeof showBuild.answer>
