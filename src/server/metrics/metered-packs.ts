import type { PackStore } from '../../core/ports/pack-store.ts'
import type { Metrics } from './metrics.ts'

/** The same packs, of which writes and decoded frames are counted. */
export function meteredPacks(packs: PackStore, { packedBytes, storedBytes, packReads }: Metrics): PackStore {
  return {
    async write(drafts, ...more) {
      const frames = await packs.write(drafts, ...more)
      for (const frame of frames) {
        packedBytes.inc(frame.end - frame.at)
        storedBytes.inc(frame.storedBytes)
      }
      return frames
    },
    read: frame => {
      packReads.inc()
      return packs.read(frame)
    },
    readStored: frame => packs.readStored(frame),
    readIndex: frame => packs.readIndex(frame),
    packs: () => packs.packs(),
    frames: pack => packs.frames(pack),
    drop: pack => packs.drop(pack),
    [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
  }
}
