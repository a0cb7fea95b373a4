import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { succeeded } from '../../records/envelope.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'

/**
 * Reads why the steps of a build failed (CodeArts Build: ShowLogAnalysis). Tailrace analyzes
 * nothing yet: the list is always empty.
 */
export const readLogAnalysis = operation({
  name: 'read-log-analysis',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/:job_id/:build_no/analysis',
  summary: 'Read the analysis of a build',
  description: 'Tailrace analyzes nothing yet, so error_nodes is always empty.',
  params: numberedBuildParams,
  query: Type.Object({
    limit: Type.Optional(digits('Steps per page, 1 to 100. Default: 10.')),
    offset: Type.Optional(digits('Page number, starting at 0.')),
  }),
  answer: succeeded(
    Type.Object({
      jobName: Type.String(),
      job_name: Type.String({ description: 'The same as jobName: some clients read this name.' }),
      error_nodes: Type.Array(
        Type.Object({
          node_id: Type.String(),
          step: Type.String(),
          analyzed_success: Type.Boolean(),
          error_info: Type.Object({
            error_code: Type.String(),
            error_message: Type.String(),
            faq: Type.String(),
          }),
        }),
      ),
    }),
  ),
})
