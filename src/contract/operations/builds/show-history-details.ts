import Type from 'typebox'
import { notKnown } from '../../nullable.ts'
import { operation } from '../../operation.ts'
import { BUILD_NO_TEXT, digits, jobIdParameter } from '../../parameters.ts'
import { durationMs } from '../../records/status.ts'

/** Shows a build and how long its steps took (CodeArts Build: ShowHistoryDetails). */
export const showHistoryDetails = operation({
  name: 'show-history-details',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v3/jobs/:job_id/:build_number/history-details',
  summary: 'Show a build and its steps (v3)',
  params: Type.Object({ job_id: jobIdParameter, build_number: digits(BUILD_NO_TEXT, '1') }),
  answer: Type.Object({
    build_number: Type.Integer(),
    job_name: Type.String(),
    project_id: Type.String(),
    project_name: notKnown,
    parameters: Type.Object({}, { description: 'Always empty: Tailrace does not keep parameters.' }),
    build_steps: Type.Array(
      Type.Object({
        name: Type.String(),
        status: Type.Enum(['running', 'success', 'error', ''], {
          description: 'Empty before the step runs.',
        }),
        build_time: durationMs,
      }),
    ),
  }),
})
