import Type from 'typebox'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { stepLogParams } from '../writing/append-log.ts'

const yesOrNo = (description: string) =>
  Type.Optional(Type.String({ pattern: '^(true|false|1|0)$', description }))

/**
 * Searches a step's log, live or finished, for lines that match; answers NDJSON, one object a line: hits as they are found, last
 * `{count, complete}`, or the body of an error when the search cannot go on (docs/api.md §5).
 */
export const searchLog = operation({
  name: 'search-log',
  topic: 'reading',
  access: 'read',
  method: 'GET',
  path: '/api/v1/builds/:record_id/steps/:step_id/log/search',
  summary: 'Search the log of a step',
  description:
    'One object of JSON a line: hits {n, offset, text}, at last {count, complete}, or the body of an error when the search cannot go on.',
  params: stepLogParams,
  query: Type.Object({
    q: Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: '^[^\\n]*$',
      description: 'What a line must hold: characters, or a regular expression of ECMAScript.',
    }),
    regex: yesOrNo('q is a regular expression; false where absent. It sees the first MiB of a line.'),
    case: yesOrNo(
      'Letters of other case differ; true where absent. ASCII only, unless q is a regular expression.',
    ),
    from: Type.Optional(digits('Lines that begin before this byte of the log are left out.')),
    limit: Type.Optional(digits('Hits at most, from 1; all where absent.')),
    count_only: yesOrNo('The hits are only counted: the last line alone is answered; false where absent.'),
  }),
  media: 'application/x-ndjson',
  answerHeaders: Type.Object({
    'Cache-Control': Type.Literal('no-store'),
    'X-Accel-Buffering': Type.Literal('no'),
  }),
  refusals: [422],
})

export type SearchLogQuery = Type.Static<typeof searchLog.query>

export interface SearchHitAnswer {
  readonly n: number
  readonly offset: number
  /** At most 64 KiB of the line. */
  readonly text: string
  /** Only where true. */
  readonly truncated?: true
}

export interface SearchEndAnswer {
  readonly count: number
  /** No other line matches. */
  readonly complete: boolean
  /** `from` of a search for the other hits, when the limit ended this one. */
  readonly next?: number
}
