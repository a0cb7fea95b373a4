import type { LogLevel } from '../../../text/level.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import { filterLevel } from '../filter-level.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { NEWLINE } from './build-log-reader.ts'
import type { BuildLogPart } from './snapshot-build-log.ts'

/**
 * Yields these parts of a build's log as a download of this level has them (docs/api.md §3). The
 * first line of each step has level INFO unless it says otherwise. At DEBUG the bytes are those
 * that pages show. Rejects as the reader does.
 */
export async function* downloadBuildLog(
  reader: LogReader,
  parts: readonly BuildLogPart[],
  level: LogLevel,
): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* filterLevel(withLineEnd(reader, part), level)
}

async function* withLineEnd(
  reader: LogReader,
  { log, sizeBytes, endsLine }: BuildLogPart,
): AsyncGenerator<Uint8Array> {
  let last: number | undefined
  for await (const chunk of reader.read(log, 0, sizeBytes)) {
    last = chunk.at(-1)
    yield chunk
  }
  if (endsLine && last !== LINE_FEED) yield NEWLINE
}
