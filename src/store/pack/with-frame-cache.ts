import type { Frame, FrameIndex, PackId, PackStore } from '../../core/ports/pack-store.ts'
import { createByteLru } from './byte-lru.ts'
import { isSameRow } from './frame.ts'

export interface FrameCacheOptions {
  /** Decoded frames and frame indexes together, in bytes. */
  readonly maxBytes: number
}

interface Kept<V> {
  readonly frame: Frame
  readonly value: V
}

/** An offset, or an arrival, of a frame index in memory. */
const NUMBER_BYTES = 8
const ARRIVAL_BYTES = 48

/**
 * Keeps the frames and indexes read last decoded, so that a hot frame costs neither disk nor decompression. Reads of one
 * frame that come together share one decode; a failed one is not kept. Everything else is as `packs` does it;
 * `drop` forgets the pack; disposing of the result disposes of `packs`.
 */
export function withFrameCache(packs: PackStore, { maxBytes }: FrameCacheOptions): PackStore {
  const kept = createByteLru<Kept<unknown>>(maxBytes)
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
    // Also for a row that is not the kept one's: it is wrong or stale, and the store itself says so.
    const loading: Kept<Promise<V>> = { frame, value: load() }
    loadings.set(key, loading)
    try {
      const value = await loading.value
      if (loadings.get(key) === loading) kept.set(key, { frame, value }, bytesOf(value))
      return value
    } finally {
      if (loadings.get(key) === loading) loadings.delete(key)
    }
  }

  const forget = (pack: PackId) => {
    kept.deleteAll(`${pack}/`)
    for (const key of loadings.keys()) if (key.startsWith(`${pack}/`)) loadings.delete(key)
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
      // Reads that began before the pack was gone may have been kept meanwhile.
      forget(pack)
    },
    async [Symbol.asyncDispose]() {
      kept.deleteAll('')
      loadings.clear()
      await packs[Symbol.asyncDispose]()
    },
  }
}

function indexBytes(index: FrameIndex): number {
  return index.lineMarks.length * NUMBER_BYTES + index.arrivals.length * ARRIVAL_BYTES
}
