import type { EpochMs } from '../../contract/quantities.ts'

/** The greatest duration that SDKs decode. */
const DURATION_MAX_MS = 2 ** 31 - 1

/** `2024-09-24T03:18:49.000+00:00` */
export function familyTime(atMs: EpochMs): string {
  return new Date(atMs).toISOString().replace('Z', '+00:00')
}

export function familyTimeOrNull(atMs: EpochMs | undefined): string | null {
  return atMs === undefined ? null : familyTime(atMs)
}

/** Milliseconds from one time to the other, at least 0 whatever the clocks did; null before both are known. */
export function familyDuration(fromMs: EpochMs | undefined, toMs: EpochMs | undefined): number | null {
  if (fromMs === undefined || toMs === undefined) return null
  return Math.min(Math.max(0, toMs - fromMs), DURATION_MAX_MS)
}
