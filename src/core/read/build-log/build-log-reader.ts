import type { ByteOffset } from '../../../contract/quantities.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import type { LineEnds } from '../lines/line-ends.ts'
import type { LogReader } from '../reader/log-reader.ts'
import type { BuildLogPart } from './snapshot-build-log.ts'

/** How many logs are checked for a final newline at once. Each may hold one frame in memory. */
const ENDS_AT_ONCE = 16
export const NEWLINE: Uint8Array = Uint8Array.of(LINE_FEED)

/** Where a part is in the build's log. */
interface Place {
  readonly part: BuildLogPart
  readonly from: ByteOffset
  /** Includes the added newline, if any. */
  readonly to: ByteOffset
}

/**
 * A reader of these parts as one log. It ignores the `log` arguments of its methods. Rejects as the
 * reader does.
 */
export async function buildLogReader(
  reader: LogReader,
  lineEnds: LineEnds,
  parts: readonly BuildLogPart[],
): Promise<LogReader> {
  const places = await place(lineEnds, parts)
  const head = places.at(-1)?.to ?? 0

  async function* read(_log: unknown, from: ByteOffset, to: ByteOffset): AsyncGenerator<Uint8Array> {
    for (let i = placeOf(places, from); i < places.length && places[i]!.from < to; i++) {
      const { part, from: start, to: end } = places[i]!
      const newlineAt = start + part.sizeBytes
      if (from < newlineAt)
        yield* reader.read(part.log, Math.max(from - start, 0), Math.min(to, newlineAt) - start)
      if (newlineAt < end && from <= newlineAt && newlineAt < to) yield NEWLINE
    }
  }

  return { head: async () => head, read }
}

async function place(lineEnds: LineEnds, parts: readonly BuildLogPart[]): Promise<readonly Place[]> {
  const places: Place[] = []
  let from = 0
  for (let i = 0; i < parts.length; i += ENDS_AT_ONCE) {
    const some = parts.slice(i, i + ENDS_AT_ONCE)
    const lengths = await Promise.all(some.map(part => lengthOf(lineEnds, part)))
    for (const [n, part] of some.entries()) {
      places.push({ part, from, to: from + lengths[n]! })
      from += lengths[n]!
    }
  }
  return places
}

async function lengthOf(lineEnds: LineEnds, { log, sizeBytes, endsLine }: BuildLogPart): Promise<number> {
  return sizeBytes + (endsLine && !(await lineEnds.hasNewline(log, sizeBytes)) ? 1 : 0)
}

/** The index of the place that holds the byte at `offset`; the number of places if none does. */
function placeOf(places: readonly Place[], offset: ByteOffset): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (places[middle]!.to <= offset) low = middle + 1
    else high = middle
  }
  return low
}
