import type { LogLevel } from '../../text/level.ts'
import { DebugLineFilter } from '../../text/level.ts'

/**
 * The log of one step as a download of this level shows it (api.md §3): DEBUG is every byte, INFO leaves out DEBUG
 * lines. `pieces` may be cut anywhere; a giant line passes through piece by piece. Rejects as `pieces` does.
 */
export async function* filterLevel(
  pieces: AsyncIterable<Uint8Array>,
  level: LogLevel,
): AsyncGenerator<Uint8Array> {
  if (level === 'DEBUG') {
    yield* pieces
    return
  }
  const filter = new DebugLineFilter()
  for await (const piece of pieces) {
    const shown = filter.push(piece)
    if (shown.length > 0) yield shown
  }
  const rest = filter.end()
  if (rest.length > 0) yield rest
}
