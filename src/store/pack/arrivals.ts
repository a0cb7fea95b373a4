import type { EpochMs } from '../../contract/quantities.ts'
import type { Arrival, FrameDraft } from '../../core/ports/pack-store.ts'

/**
 * A frame keeps at most this many arrivals, so that many small appends do not make it much larger.
 */
export const ARRIVALS_MAX_PER_FRAME = 512
/**
 * Below this, differences of times and their zigzag form are safe integers. It is in the year
 * 144683.
 */
export const TIME_LIMIT_MS: EpochMs = 2 ** 52

/**
 * The arrivals that a draft's frame keeps: the last of several at one offset, none that repeats the
 * time before it, and every k-th if more than 512 are left, so that a byte is then dated by one of
 * the k - 1 arrivals before its own. Throws RangeError when arrivals are out of order, outside the
 * draft, or do not start at its first byte.
 */
export function arrivalsToKeep(draft: FrameDraft): readonly Arrival[] {
  const kept: Arrival[] = []
  let from = draft.at
  for (const { at, arrivedAtMs } of draft.arrivals) {
    assertArrival(at, from, draft, arrivedAtMs)
    from = at
    if (kept.at(-1)?.at === at) kept.pop()
    if (kept.at(-1)?.arrivedAtMs !== arrivedAtMs) kept.push({ at, arrivedAtMs })
  }
  if (kept[0]?.at !== draft.at) throw new RangeError('the first arrival of a draft is not at its first byte')
  const step = Math.ceil(kept.length / ARRIVALS_MAX_PER_FRAME)
  return step === 1 ? kept : kept.filter((_, i) => i % step === 0)
}

function assertArrival(at: number, from: number, draft: FrameDraft, timeMs: EpochMs): void {
  if (!Number.isSafeInteger(at) || at < from || at >= draft.at + draft.bytes.byteLength)
    throw new RangeError(`arrival at ${at} is out of order or outside its draft`)
  if (!Number.isSafeInteger(timeMs) || timeMs < 0 || timeMs >= TIME_LIMIT_MS)
    throw new RangeError(`arrival time ${timeMs} is out of range`)
}
