import type { FastifyInstance } from 'fastify'
import { TailraceError } from '../../../contract/errors.ts'
import { LINES_DEFAULT_COUNT, LINES_MAX_COUNT } from '../../../contract/limits.ts'
import {
  readLines as operation,
  type ReadLinesAnswer,
} from '../../../contract/operations/reading/read-lines.ts'
import { KIB } from '../../../contract/quantities.ts'
import {
  type LineRange,
  type LogLine,
  type ReadLinesPorts,
  readLines,
} from '../../../core/read/lines/read-lines.ts'
import { queryNumber, queryStepId } from '../../http/query-parameters.ts'
import { serve } from '../../http/serve.ts'

/** About as many characters are sent at once. */
const CHUNK_CHARACTERS = 64 * KIB

export function readLinesRoute(app: FastifyInstance, ports: ReadLinesPorts): void {
  serve(app, operation, async ({ who, params, query: { from = '1', count } }, reply) => {
    const wanted = {
      from: queryLine(from),
      count: count === undefined ? LINES_DEFAULT_COUNT : queryNumber('count', count, 0, LINES_MAX_COUNT),
    }
    const range = await readLines(ports, who, params.record_id, queryStepId(params.step_id), wanted)
    reply.header('cache-control', 'no-store')
    return answerOf(range)
  })
}

function queryLine(text: string): number {
  const number = queryNumber('from', text.replace('-', ''), 0)
  if (number === 0)
    throw new TailraceError('invalid-parameter', 'from must be a line from 1, or from the end below 0.')
  return text.startsWith('-') ? -number : number
}

/** The answer in chunks, so that thousands of long lines are never in memory together. */
async function* answerOf({ total, complete, lines }: LineRange): AsyncGenerator<Uint8Array> {
  let text = `{"total":${total},"complete":${complete},"lines":[`
  let separator = ''
  for await (const line of lines) {
    text += separator + JSON.stringify(lineAnswer(line))
    separator = ','
    if (text.length < CHUNK_CHARACTERS) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(`${text}]}`)
}

function lineAnswer({
  line,
  offset,
  arrivedAtMs,
  text,
  truncated,
}: LogLine): ReadLinesAnswer['lines'][number] {
  return { n: line + 1, offset, time: new Date(arrivedAtMs).toISOString(), text, truncated }
}
