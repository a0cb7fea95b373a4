import type { EpochMs } from '../contract/quantities.ts'
import { BoundedMap } from './bounded-map.ts'

/** Remembers for a short time who a credential belongs to, so that a request needs no look-up in the store. */
export interface CallerCache {
  /** What is remembered under `key`, else what `load` finds; nothing found is not remembered, nor is what was found while `forgetAll` was called. */
  through<T extends object>(key: string, load: () => Promise<T | undefined>): Promise<T | undefined>

  /** From here on, everything is looked up anew. */
  forgetAll(): void
}

export interface CallerCacheOptions {
  readonly now: () => EpochMs
  /** A change by another process is seen after this long at the latest. */
  readonly maxAgeMs?: number
  readonly maxEntries?: number
}

export function openCallerCache({
  now,
  maxAgeMs = 30_000,
  maxEntries = 10_000,
}: CallerCacheOptions): CallerCache {
  const entries = new BoundedMap<string, { readonly value: object; readonly untilMs: EpochMs }>(maxEntries)
  let changes = 0
  return {
    async through<T extends object>(key: string, load: () => Promise<T | undefined>) {
      const known = entries.get(key)
      if (known !== undefined && now() < known.untilMs) return known.value as T
      const changesBefore = changes
      const value = await load()
      if (value !== undefined && changes === changesBefore)
        entries.set(key, { value, untilMs: now() + maxAgeMs })
      return value
    },
    forgetAll() {
      changes++
      entries.clear()
    },
  }
}
