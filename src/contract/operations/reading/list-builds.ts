import Type from 'typebox'
import { operation } from '../../operation.ts'
import { buildSummary, listParameters, nextCursor } from '../../records/build-summary.ts'
import { jobParams } from '../../records/lookup-parameters.ts'

/** Lists the builds of a job, newest first (docs/api.md §5). */
export const listBuilds = operation({
  name: 'list-builds',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/jobs/:job_id/builds',
  summary: 'List the builds of a job',
  description: 'Newest first.',
  params: jobParams,
  query: listParameters,
  answer: Type.Object({ builds: Type.Array(buildSummary), next_cursor: nextCursor }),
})

export type ListBuildsAnswer = Type.Static<typeof listBuilds.answer>
