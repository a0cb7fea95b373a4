/** What an entry costs beside its bytes, so that many tiny ones stay bounded too. */
const ENTRY_BYTES = 256

interface Entry<V> {
  readonly value: V
  readonly bytes: number
}

/** Keeps the values used last, as many as fit into a number of bytes. */
export interface ByteLru<V> {
  /** The value, which thereby becomes the one used last. */
  get(key: string): V | undefined
  /** Keeps a value of `bytes` bytes; those used longest ago make room. One that alone is too large is not kept. */
  set(key: string, value: V, bytes: number): void
  /** Forgets every value whose key begins with `prefix`. */
  deleteAll(prefix: string): void
  /** What is kept costs this much. */
  readonly bytes: number
}

export function createByteLru<V>(maxBytes: number): ByteLru<V> {
  const entries = new Map<string, Entry<V>>()
  let total = 0
  const remove = (key: string) => {
    total -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, bytes) {
      remove(key)
      const cost = bytes + ENTRY_BYTES
      if (cost > maxBytes) return
      entries.set(key, { value, bytes: cost })
      total += cost
      for (const oldest of entries.keys()) {
        if (total <= maxBytes) break
        remove(oldest)
      }
    },
    deleteAll(prefix) {
      for (const key of entries.keys()) if (key.startsWith(prefix)) remove(key)
    },
    get bytes() {
      return total
    },
  }
}
