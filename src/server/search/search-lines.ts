import type { SearchEndAnswer } from '../../contract/operations/reading/search-log.ts'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import {
  type SearchEnd,
  type SearchHit,
  type SearchPorts,
  type SearchQuery,
  searchLog,
} from '../../core/search/search-log.ts'

/**
 * Searches a log and yields the answer as NDJSON (docs/api.md §5), whole lines at a time: hits,
 * then the end. A chunk without bytes is a turn for the caller, as in `searchLog`. Rejects as
 * `searchLog` does.
 */
export type SearchLines = (log: LogId, head: ByteOffset, query: SearchQuery) => AsyncIterable<Uint8Array>

/** `SearchLines` of these stores. */
export async function* searchLines(
  ports: SearchPorts,
  ...search: Parameters<SearchLines>
): AsyncGenerator<Uint8Array> {
  for await (const item of searchLog(ports, ...search))
    yield Buffer.from('end' in item ? endLine(item.end) : item.hits.map(hitLine).join(''))
}

/** A `SearchHitAnswer`. Built from strings: a search may have millions of hits. */
function hitLine({ line, offset, text, truncated }: SearchHit): string {
  return `{"n":${line + 1},"offset":${offset},"text":${JSON.stringify(text)}${truncated ? ',"truncated":true' : ''}}\n`
}

function endLine({ count, next }: SearchEnd): string {
  const end: SearchEndAnswer =
    next === undefined ? { count, complete: true } : { count, complete: false, next }
  return `${JSON.stringify(end)}\n`
}

/** The index of `wanted` in `bytes` at `from` or later, or -1. */
export function findBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(wanted, from)
}
