import { TailraceError } from '../../contract/errors.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { Span } from '../../core/ports/build-history.ts'

const SECOND_MS = 1000
const SPAN_MAX_MS = 31 * 24 * 3600 * SECOND_MS

/** Reads `yyyy-MM-dd HH:mm:ss`, UTC, that the schema let through. Throws `invalid-parameter` when there is no such time. */
function queryTime(name: string, text: string): EpochMs {
  const iso = `${text.replace(' ', 'T')}.000Z`
  const at = Date.parse(iso)
  // Date.parse takes a February 30 for a day in March.
  if (Number.isNaN(at) || new Date(at).toISOString() !== iso)
    throw new TailraceError('invalid-parameter', `${name} is no date and time.`)
  return at
}

/** The span from one second to the end of another; an end that is not given is open. Throws `invalid-parameter`. */
export function querySpan(
  [fromName, from]: readonly [name: string, text: string | undefined],
  [toName, to]: readonly [name: string, text: string | undefined],
): Span {
  const fromMs = from === undefined ? 0 : queryTime(fromName, from)
  const toMs = to === undefined ? Number.MAX_SAFE_INTEGER : queryTime(toName, to) + SECOND_MS
  if (toMs <= fromMs) throw new TailraceError('invalid-parameter', `${toName} is before ${fromName}.`)
  return { fromMs, toMs }
}

/** Throws `span-too-long` for more than 31 days. */
export function assertMonth({ fromMs, toMs }: Span): void {
  if (toMs - SECOND_MS - fromMs > SPAN_MAX_MS)
    throw new TailraceError('span-too-long', 'start_time and end_time are more than 31 days apart.')
}
