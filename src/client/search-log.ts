import type { SearchEndAnswer, SearchHitAnswer } from '../contract/operations/reading/search-log.ts'
import type { ByteOffset } from '../contract/quantities.ts'
import { type ErrorBody, errorOfBody } from './api-error.ts'
import { ServerUnreachable } from './server-unreachable.ts'

export interface SearchQuery {
  readonly pattern: string
  /** The pattern is a regular expression. */
  readonly regex?: boolean
  readonly ignoreCase?: boolean
  /** The offset to start at. Default: 0. */
  readonly from?: ByteOffset
  /** Stop after this many hits. */
  readonly limit?: number
  /** Only count the hits, which is much faster when there are many. */
  readonly countOnly?: boolean
}

/**
 * Yields the hits of an answer as they arrive, and returns its end. Throws the error that the
 * answer states when the search fails, and `ServerUnreachable` when it breaks off.
 */
export async function* searchHits(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<SearchHitAnswer, SearchEndAnswer> {
  for await (const line of jsonLines(body)) {
    const found = line as SearchHitAnswer | SearchEndAnswer | ErrorBody
    if ('n' in found) yield found
    else if ('error_code' in found) throw errorOfBody(found)
    else return found
  }
  throw new ServerUnreachable('the search broke off')
}

async function* jsonLines(body: ReadableStream<Uint8Array>): AsyncGenerator<object> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield JSON.parse(line)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
