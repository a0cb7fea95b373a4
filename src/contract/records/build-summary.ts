import Type from 'typebox'
import { nullable } from '../nullable.ts'
import { digits } from '../parameters.ts'

export const LIST_LIMIT_MAX = 100
export const LIST_LIMIT_DEFAULT = 20

export const outcomeAnswer = Type.Enum(['SUCCESS', 'FAILURE', 'ABORTED'])

/** A build as Tailrace's own lists show it. */
export const buildSummary = Type.Object({
  record_id: Type.String(),
  job_id: Type.String(),
  job_name: Type.String(),
  build_no: Type.Integer(),
  source: Type.String(),
  creator_id: Type.String({ description: 'The user who created the build.' }),
  status: nullable(outcomeAnswer),
  created_at: Type.String({ description: 'ISO 8601, UTC.' }),
  finished_at: nullable(Type.String()),
})
export type BuildSummary = Type.Static<typeof buildSummary>

export const listParameters = Type.Object({
  cursor: Type.Optional(
    Type.String({ description: 'The next_cursor of the previous page. Omit it for the first page.' }),
  ),
  limit: Type.Optional(digits(`Entries per page, 1 to ${LIST_LIMIT_MAX}. Default: ${LIST_LIMIT_DEFAULT}.`)),
})
export const nextCursor = nullable(Type.String({ description: 'Null on the last page.' }))
