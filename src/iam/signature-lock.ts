import { LRUCache } from 'lru-cache'
import type { EpochMs } from '../contract/quantities.ts'

/**
 * Locks an access key for one client address after too many failed signatures in a row. Other
 * addresses never notice.
 */
export interface SignatureLock {
  isLocked(accessKey: string, clientAddress: string): boolean
  failed(accessKey: string, clientAddress: string): void
  succeeded(accessKey: string, clientAddress: string): void
}

/** One more failure in a row than this, within the window, locks the key. */
const MAX_FAILURES = 5
const WINDOW_MS = 5 * 60_000
const LOCKED_MS = 5 * 60_000
const MAX_ENTRIES = 10_000

interface Failures {
  readonly count: number
  readonly sinceMs: EpochMs
  readonly lockedUntilMs: EpochMs
}

/** The table is bounded: a flood of addresses evicts the entries that were not used for longest. */
export function createSignatureLock(now: () => EpochMs): SignatureLock {
  const table = new LRUCache<string, Failures>({ max: MAX_ENTRIES })
  const key = (accessKey: string, clientAddress: string) => `${accessKey} ${clientAddress}`
  return {
    isLocked: (accessKey, clientAddress) =>
      (table.get(key(accessKey, clientAddress))?.lockedUntilMs ?? 0) > now(),
    failed(accessKey, clientAddress) {
      const before = table.get(key(accessKey, clientAddress))
      const counts = before !== undefined && before.lockedUntilMs === 0 && now() - before.sinceMs <= WINDOW_MS
      const count = counts ? before.count + 1 : 1
      table.set(key(accessKey, clientAddress), {
        count,
        sinceMs: counts ? before.sinceMs : now(),
        lockedUntilMs: count > MAX_FAILURES ? now() + LOCKED_MS : 0,
      })
    },
    succeeded: (accessKey, clientAddress) => void table.delete(key(accessKey, clientAddress)),
  }
}
