import { DebugLineFilter, type LogLevel } from '../../text/level.ts'

/**
 * Yields the log of one step as a download of this level has it (docs/api.md §3). The chunks may be
 * cut anywhere, and a line of any size passes through in constant memory. Rejects as `chunks` does.
 */
export async function* filterLevel(
  chunks: AsyncIterable<Uint8Array>,
  level: LogLevel,
): AsyncGenerator<Uint8Array> {
  if (level === 'DEBUG') {
    yield* chunks
    return
  }
  const filter = new DebugLineFilter()
  for await (const chunk of chunks) {
    const shown = filter.push(chunk)
    if (shown.length > 0) yield shown
  }
  const rest = filter.end()
  if (rest.length > 0) yield rest
}
