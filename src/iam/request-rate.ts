import { LRUCache } from 'lru-cache'
import { TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'

export interface RequestRateOptions {
  /** How many requests may come at once after a pause. */
  readonly burst: number
  readonly perMinute: number
  readonly now: () => EpochMs
  readonly maxEntries?: number
}

/** A token bucket per key. */
export interface RequestRate {
  /**
   * Counts one request. Throws `rate-limited`, with the time until the next one is free, when the
   * key has none left.
   */
  take(key: string): void

  /** Returns one request that was counted. */
  giveBack(key: string): void
}

export function createRequestRate({
  burst,
  perMinute,
  now,
  maxEntries = 10_000,
}: RequestRateOptions): RequestRate {
  const buckets = new LRUCache<string, { readonly left: number; readonly atMs: EpochMs }>({ max: maxEntries })
  const perMs = perMinute / 60_000
  return {
    take(key) {
      const { left, atMs } = buckets.get(key) ?? { left: burst, atMs: now() }
      const available = Math.min(burst, left + Math.max(0, now() - atMs) * perMs)
      if (available < 1) throw throttled(perMinute, (1 - available) / perMs)
      buckets.set(key, { left: available - 1, atMs: now() })
    },
    giveBack(key) {
      const bucket = buckets.get(key)
      if (bucket !== undefined) buckets.set(key, { ...bucket, left: Math.min(burst, bucket.left + 1) })
    },
  }
}

function throttled(perMinute: number, waitMs: number): TailraceError {
  return new TailraceError(
    'rate-limited',
    `The throttling threshold has been reached: policy user over ratelimit,limit:${perMinute},time:1 minute`,
    { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) },
  )
}
