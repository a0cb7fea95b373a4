import Type from 'typebox'
import { nullable } from '../../nullable.ts'
import { operation } from '../../operation.ts'
import { buildSummary, outcomeAnswer } from '../../records/build-summary.ts'
import { recordParams } from '../../records/lookup-parameters.ts'

const ownTime = Type.String({ description: 'ISO 8601, UTC.' })

/** Shows a build with its steps (docs/api.md §5). */
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
        size: Type.Integer({ description: 'Bytes of the log so far.' }),
        sha256: nullable(Type.String({ description: 'The SHA-256 of a sealed log, in hexadecimal.' })),
        verified: nullable(
          Type.Boolean({ description: 'Whether the writer gave the SHA-256 and it matched.' }),
        ),
        began_at: nullable(ownTime),
        finished_at: nullable(ownTime),
        log_url: Type.String(),
      }),
    ),
  }),
})

export type ShowBuildAnswer = Type.Static<typeof showBuild.answer>
