import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams } from '../writing/append-log.ts'

const yesOrNo = (description: string) =>
  Type.Optional(Type.String({ pattern: '^(true|false|1|0)$', description }))

/**
 * Searches the log of a step, live or finished, for matching lines. Returns NDJSON: hits as they
 * are found, then `{count, complete}`, or the body of an error if the search fails (docs/api.md
 * §5).
 */
export const searchLog = operation({
  name: 'search-log',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log/search',
  summary: 'Search the log of a step',
  description:
    'Returns one JSON object per line: hits {n, offset, text} as they are found, then {count, complete}. If the search fails, the last line is the body of an error.',
  params: stepLogParams,
  query: Type.Object({
    q: Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: '^[^\\n]*$',
      description: 'What a line must contain: text, or an ECMAScript regular expression.',
    }),
    regex: yesOrNo(
      'Whether q is a regular expression. It is applied to the first MiB of each line. Default: false.',
    ),
    case: yesOrNo(
      'Whether case matters. Default: true. If not, only ASCII letters are folded, unless q is a regular expression.',
    ),
    from: Type.Optional(digits('Skips lines that start before this byte offset.')),
    limit: Type.Optional(digits('Maximum number of hits, at least 1. Default: all.')),
    count_only: yesOrNo('Return only the last line, with the count. Default: false.'),
  }),
  media: 'application/x-ndjson',
  answerHeaders: Type.Object({
    'Cache-Control': Type.Literal('no-store'),
    'X-Accel-Buffering': Type.Literal('no'),
  }),
  errors: [422],
})

export type SearchLogQuery = Type.Static<typeof searchLog.query>

export interface SearchHitAnswer {
  readonly n: number
  readonly offset: number
  /** At most 64 KiB of the line. */
  readonly text: string
  /** Present only if true. */
  readonly truncated?: true
}

export interface SearchEndAnswer {
  readonly count: number
  /** True if no other line matches. */
  readonly complete: boolean
  /** If the limit ended this search: the `from` of a search for the other hits. */
  readonly next?: number
}
