import { type ByteOffset, KIB, type LogId } from '../../contract/quantities.ts'
import { LINE_FEED } from '../../text/lines.ts'
import { CHARACTER_REST_BYTES, characterStart, decodeUtf8, incompleteTailLength } from '../../text/utf8.ts'
import { type LogReader, readRange } from '../read/reader/log-reader.ts'

/** The most log bytes of one chunk (docs/api.md §5). */
export const CHUNK_MAX_BYTES = 64 * KIB

/** A chunk of a log for its followers. */
export interface LogChunk {
  readonly start: ByteOffset
  readonly end: ByteOffset
  readonly text: string
}

/**
 * Reads the next chunk of `[start, head)`. It ends after the last line end within CHUNK_MAX_BYTES
 * or, if there is none, between characters. Resolves to undefined if there are only the first bytes
 * of a character whose rest may still arrive. Rejects as the reader does.
 */
export async function readChunk(
  reader: LogReader,
  log: LogId,
  start: ByteOffset,
  head: ByteOffset,
  finished: boolean,
): Promise<LogChunk | undefined> {
  const upTo = Math.min(head, start + CHUNK_MAX_BYTES + CHARACTER_REST_BYTES)
  const read = await readRange(reader, log, start, upTo)
  const bytes = upTo < head || finished ? read : read.subarray(0, read.length - incompleteTailLength(read))
  const length = cutLength(bytes)
  if (length === 0) return undefined
  return { start, end: start + length, text: decodeUtf8(bytes.subarray(0, length)) }
}

function cutLength(bytes: Uint8Array): number {
  const limit = Math.min(bytes.length, CHUNK_MAX_BYTES)
  const lineEnd = bytes.subarray(0, limit).lastIndexOf(LINE_FEED) + 1
  return lineEnd > 0 ? lineEnd : characterStart(bytes, limit)
}
