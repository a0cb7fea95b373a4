import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import {
  type SearchEnd,
  type SearchHit,
  type SearchPorts,
  type SearchQuery,
  searchLog,
} from '../../core/search/search-log.ts'

/** Yields the hits of a search as NDJSON, whole lines at a time, or none where the search gives a turn. Rejects as `searchLog` does. */
export type SearchLines = (
  log: LogId,
  head: ByteOffset,
  query: SearchQuery,
) => AsyncGenerator<Uint8Array, SearchEnd>

/** The same from these stores. */
export async function* searchLines(
  ports: SearchPorts,
  ...search: Parameters<SearchLines>
): AsyncGenerator<Uint8Array, SearchEnd> {
  const hits = searchLog(ports, ...search)
  try {
    for (;;) {
      const { value, done } = await hits.next()
      if (done) return value
      yield Buffer.from(value.map(hitLine).join(''))
    }
  } finally {
    await hits.return({ count: 0, next: undefined })
  }
}

/** A `SearchHitAnswer`; written without one, as there may be millions. */
function hitLine({ line, offset, text, truncated }: SearchHit): string {
  return `{"n":${line + 1},"offset":${offset},"text":${JSON.stringify(text)}${truncated ? ',"truncated":true' : ''}}\n`
}
