import type { FastifyInstance, FastifyReply } from 'fastify'
import { isTailraceError } from '../../../contract/errors.ts'
import type { ProjectId } from '../../../contract/ids.ts'
import {
  searchLog as operation,
  type SearchLogQuery,
} from '../../../contract/operations/reading/search-log.ts'
import { MIB } from '../../../contract/quantities.ts'
import type { BuildCatalog } from '../../../core/ports/build-catalog.ts'
import type { OpenLineMatcher } from '../../../core/ports/line-matcher.ts'
import { type LogSnapshot, snapshotLog } from '../../../core/read/snapshot-log.ts'
import type { SearchPorts, SearchQuery } from '../../../core/search/search-log.ts'
import { errorBody, isServerFailure } from '../../http/error-handler.ts'
import { queryNumber, queryStepId } from '../../http/query-parameters.ts'
import { reportFailure } from '../../http/report-failure.ts'
import { serve } from '../../http/serve.ts'
import { findBytes, type SearchLines, searchLines } from '../../search/search-lines.ts'
import { SearchSlots } from '../../search/search-slots.ts'

type Ports = Omit<SearchPorts, 'openMatcher' | 'findBytes'> & { readonly builds: BuildCatalog }

/** How regular expressions are checked and matched. */
export interface Expressions {
  /** Throws `invalid-parameter` for an invalid expression. */
  readonly assert: (pattern: string) => void
  readonly open: OpenLineMatcher
}

/** A shorter log is searched faster than another thread starts. */
const ASIDE_MIN_BYTES = 4 * MIB

const LITERAL_SLOTS = { perProject: 8, total: 32 }
/** Each has a thread. */
const EXPRESSION_SLOTS = { perProject: 2, total: 4 }

/** In long logs, `searchAside` searches for literals. */
export function searchLogRoute(
  app: FastifyInstance,
  stores: Ports,
  expressions: Expressions,
  searchAside: SearchLines,
): void {
  const ports = { ...stores, openMatcher: expressions.open, findBytes }
  const searchHere: SearchLines = (...search) => searchLines(ports, ...search)
  const slots = { literal: new SearchSlots(LITERAL_SLOTS), expression: new SearchSlots(EXPRESSION_SLOTS) }
  serve(app, operation, async ({ who, params, query: wanted }, reply) => {
    const query = searchQuery(wanted)
    if (query.expression !== undefined) expressions.assert(query.expression)
    const snapshot = await snapshotLog(ports, who, params.record_id, queryStepId(params.step_id))
    reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no')
    const aside = query.expression === undefined && snapshot.head - query.from >= ASIDE_MIN_BYTES
    const lines = answerOf(aside ? searchAside : searchHere, snapshot, query, reply)
    return holding(slots[query.expression === undefined ? 'literal' : 'expression'], who.projectId, lines)
  })
}

function searchQuery(query: SearchLogQuery): SearchQuery {
  return {
    pattern: Buffer.from(query.q),
    expression: isYes(query.regex, false) ? query.q : undefined,
    ignoreCase: !isYes(query.case, true),
    from: queryNumber('from', query.from ?? '0'),
    maxHits: query.limit === undefined ? Number.POSITIVE_INFINITY : queryNumber('limit', query.limit, 1),
    countOnly: isYes(query.count_only, false),
  }
}

function isYes(text: string | undefined, fallback: boolean): boolean {
  return text === undefined ? fallback : text === 'true' || text === '1'
}

/**
 * Takes a slot when the first chunk is read, and holds it until the last one is read. Throws
 * `rate-limited`.
 */
async function* holding(
  slots: SearchSlots,
  project: ProjectId,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  using _slot = slots.take(project)
  yield* chunks
}

/**
 * An error of a search that has begun is reported in the body: its error object is the last line. A
 * failure of this server is logged and counted, as for every other answer.
 */
async function* answerOf(
  search: SearchLines,
  { step, head }: LogSnapshot,
  query: SearchQuery,
  reply: FastifyReply,
): AsyncGenerator<Uint8Array> {
  try {
    yield* search(step.log, head, query)
  } catch (error) {
    if (!isTailraceError(error)) throw error
    if (isServerFailure(error)) reportFailure(reply.request, reply, error, 'a search broke off')
    yield Buffer.from(`${JSON.stringify(errorBody(error, reply.request.id))}\n`)
  }
}
