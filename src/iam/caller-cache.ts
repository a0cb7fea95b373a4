import { LRUCache } from 'lru-cache'
import type { EpochMs } from '../contract/quantities.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'

/**
 * Remembers for a short time whose a credential is, so that a request needs no look-up in the
 * store.
 */
export interface CallerCache {
  /**
   * Resolves to what is remembered under `key`, or else to what `load` finds. A result of
   * `undefined` is not remembered, nor is one that was loading when `forgetAll` was called.
   */
  through<T extends object>(key: string, load: () => Promise<T | undefined>): Promise<T | undefined>

  /** Forgets everything: the next requests look it up again. */
  forgetAll(): void
}

export interface CallerCacheOptions {
  readonly now: () => EpochMs
  /** A change by another process is seen after at most this long. */
  readonly maxAgeMs?: number
  readonly maxEntries?: number
}

export function createCallerCache({
  now,
  maxAgeMs = 30_000,
  maxEntries = 10_000,
}: CallerCacheOptions): CallerCache {
  const entries = new LRUCache<string, { readonly value: object; readonly untilMs: EpochMs }>({
    max: maxEntries,
  })
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

/**
 * The same stores, in which every change that ends a credential empties the cache before the change
 * is answered, even if it is not known whether it succeeded.
 */
export function withCallerCache(stores: CredentialStores, cache: CallerCache): CredentialStores {
  return new Proxy(stores, {
    get(target, name) {
      const method = target[name as keyof CredentialStores] as (...args: unknown[]) => Promise<unknown>
      return ENDING.has(name)
        ? (...args: unknown[]) => method.apply(target, args).finally(() => cache.forgetAll())
        : method.bind(target)
    },
  })
}

const ENDING: ReadonlySet<string | symbol> = new Set<keyof CredentialStores>([
  'setPassword',
  'deleteUser',
  'setRoles',
  'revokeToken',
  'removeKey',
  'resealKeys',
])
