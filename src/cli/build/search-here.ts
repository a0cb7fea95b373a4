import type { SearchQuery } from '../../client/search-log.ts'
import { expressionFault } from '../../contract/caught.ts'
import type { SearchHitAnswer } from '../../contract/operations/reading/search-log.ts'
import { MIB } from '../../contract/quantities.ts'
import { LINE_FEED } from '../../text/lines.ts'
import { UsageError } from '../command-line/command.ts'

/** Only this much of a line is searched. */
const LINE_MAX_BYTES = MIB

/**
 * Searches the lines of a log as they arrive, where the server cannot. Returns the number of lines
 * that match. Throws `UsageError` for a pattern that is not a valid regular expression.
 */
export async function* searchHere(
  log: AsyncIterable<Uint8Array>,
  query: SearchQuery,
): AsyncGenerator<SearchHitAnswer, number> {
  const expression = expressionOf(query)
  let hits = 0
  for await (const { n, offset, bytes, isCut } of linesOf(log)) {
    const text = bytes.toString('utf8').replace(/\r$/, '')
    if (!expression.test(text)) continue
    if (!query.countOnly) yield { n, offset, text, ...(isCut && { truncated: true }) }
    if (++hits === query.limit) break
  }
  return hits
}

function expressionOf({ pattern, regex, ignoreCase }: SearchQuery): RegExp {
  try {
    return new RegExp(regex ? pattern : RegExp.escape(pattern), ignoreCase ? 'iu' : 'u')
  } catch (error) {
    throw new UsageError(`PATTERN is not a valid regular expression: ${expressionFault(error)}`)
  }
}

interface Line {
  readonly n: number
  readonly offset: number
  /** Without the line end. */
  readonly bytes: Buffer
  /** The line is longer than `bytes`. */
  readonly isCut: boolean
}

async function* linesOf(log: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Uint8Array[] = []
  let kept = 0
  let isCut = false
  let n = 1
  let offset = 0
  let at = 0
  const keep = (part: Uint8Array) => {
    const room = part.subarray(0, LINE_MAX_BYTES - kept)
    if (room.length > 0) parts.push(room)
    kept += room.length
    isCut ||= room.length < part.length
  }
  for await (const chunk of log) {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      keep(chunk.subarray(from, end))
      yield { n, offset, bytes: Buffer.concat(parts), isCut }
      parts = []
      kept = 0
      isCut = false
      n++
      from = end + 1
      offset = at + from
    }
    keep(chunk.subarray(from))
    at += chunk.length
  }
  if (at > offset) yield { n, offset, bytes: Buffer.concat(parts), isCut }
}
