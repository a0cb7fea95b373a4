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
  creator_id: Type.String({ description: 'The user who made it.' }),
  status: nullable(outcomeAnswer),
  created_at: Type.String({ description: 'ISO 8601, UTC.' }),
  finished_at: nullable(Type.String()),
})
export type BuildSummary = Type.Static<typeof buildSummary>

export const listParameters = Type.Object({
  cursor: Type.Optional(
    Type.String({ description: 'next_cursor of the part before; the first part without it.' }),
  ),
  limit: Type.Optional(digits(`Entries at most, 1 to ${LIST_LIMIT_MAX}; ${LIST_LIMIT_DEFAULT} by default.`)),
})
export const nextCursor = nullable(Type.String({ description: 'null when nothing follows.' }))
