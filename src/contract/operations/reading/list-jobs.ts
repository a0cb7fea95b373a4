import Type from 'typebox'
import { nullable } from '../../nullable.ts'
import { operation } from '../../operation.ts'
import { buildSummary, listParameters, nextCursor } from '../../records/build-summary.ts'

/** Lists jobs, newest first, each with its newest build (docs/api.md §5). */
export const listJobs = operation({
  name: 'list-jobs',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/jobs',
  summary: 'List jobs',
  description: 'Newest first, each with its newest build.',
  query: listParameters,
  answer: Type.Object({
    jobs: Type.Array(
      Type.Object({ job_id: Type.String(), name: Type.String(), latest_build: nullable(buildSummary) }),
    ),
    next_cursor: nextCursor,
  }),
})

export type ListJobsAnswer = Type.Static<typeof listJobs.answer>
