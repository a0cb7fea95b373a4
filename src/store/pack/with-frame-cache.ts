import { LRUCache } from 'lru-cache'
import type { Frame, FrameIndex, PackId, PackStore } from '../../core/ports/pack-store.ts'
import { isSameRow } from './frame.ts'

export interface FrameCacheOptions {
  /** Memory for decoded frames and frame indexes together, in bytes. */
  readonly maxBytes: number
}

interface Kept<V> {
  readonly frame: Frame
  readonly value: V
}

/** What an offset of a frame index takes in memory, and an arrival. */
const NUMBER_BYTES = 8
const ARRIVAL_BYTES = 48
/**
 * What an entry takes besides its value, so that the memory for many small values is bounded too.
 */
const ENTRY_BYTES = 256

/**
 * Wraps `packs` with a cache of decoded frames and indexes, so that a frame that is read often
 * costs neither disk reads nor decompression. Reads of one frame at the same time share one decode;
 * a failed read is not kept. Dropping a pack removes it from the cache. Disposing of the result
 * disposes of `packs`.
 */
export function withFrameCache(packs: PackStore, { maxBytes }: FrameCacheOptions): PackStore {
  const kept = new LRUCache<string, Kept<unknown>>({ maxSize: Math.max(1, maxBytes) })
  const loadings = new Map<string, Kept<Promise<unknown>>>()

  async function cached<V>(
    kind: string,
    frame: Frame,
    load: () => Promise<V>,
    bytesOf: (value: V) => number,
  ): Promise<V> {
    const key = `${frame.pack}/${frame.position}/${kind}`
    const found = kept.get(key) ?? loadings.get(key)
    if (found !== undefined && isSameRow(found.frame, frame)) return (await found.value) as V
    // A row that differs from the kept one is wrong or stale: the store rejects it.
    const loading: Kept<Promise<V>> = { frame, value: load() }
    loadings.set(key, loading)
    try {
      const value = await loading.value
      if (loadings.get(key) === loading)
        kept.set(key, { frame, value }, { size: ENTRY_BYTES + bytesOf(value) })
      return value
    } finally {
      if (loadings.get(key) === loading) loadings.delete(key)
    }
  }

  const forget = (pack: PackId) => {
    for (const keys of [kept, loadings])
      for (const key of [...keys.keys()]) if (key.startsWith(`${pack}/`)) keys.delete(key)
  }

  return {
    write: (drafts, apart) => packs.write(drafts, apart),
    read: frame =>
      cached(
        'bytes',
        frame,
        () => packs.read(frame),
        bytes => bytes.byteLength,
      ),
    readStored: frame => packs.readStored(frame),
    readIndex: frame => cached('index', frame, () => packs.readIndex(frame), indexBytes),
    packs: () => packs.packs(),
    frames: pack => packs.frames(pack),
    async drop(pack) {
      forget(pack)
      await packs.drop(pack)
      // A read that was in progress may have added a frame of the pack.
      forget(pack)
    },
    async [Symbol.asyncDispose]() {
      kept.clear()
      loadings.clear()
      await packs[Symbol.asyncDispose]()
    },
  }
}

function indexBytes(index: FrameIndex): number {
  return index.lineMarks.length * NUMBER_BYTES + index.arrivals.length * ARRIVAL_BYTES
}
