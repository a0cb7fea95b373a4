import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { succeeded } from '../../records/envelope.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'

/** What was found out about why a build failed, step by step (contract page §1.2, ShowLogAnalysis). */
export const readLogAnalysis = operation({
  name: 'read-log-analysis',
  topic: 'logs',
  access: 'read',
  method: 'GET',
  path: '/v1/log/:job_id/:build_no/analysis',
  summary: 'Read what an analysis of a build found',
  params: numberedBuildParams,
  query: Type.Object({
    limit: Type.Optional(digits('Steps of a page, 1 to 100; 10 by default.')),
    offset: Type.Optional(digits('Number of the page, from 0.')),
  }),
  answer: succeeded(
    Type.Object({
      jobName: Type.String(),
      job_name: Type.String({ description: 'The same: clients have met both names.' }),
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
