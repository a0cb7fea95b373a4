import { DebugLineFilter, type LogLevel } from '../../text/level.ts'

/**
 * The log of one step as a download of this level shows it (docs/api.md §3): DEBUG is every byte, INFO leaves out DEBUG
 * lines. `chunks` may be cut anywhere; a giant line passes through chunk by chunk. Rejects as `chunks` does.
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
