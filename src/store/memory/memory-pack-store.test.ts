import { describePackStore, SUITE_PACK_BYTES } from '../conformance/describe-pack-store.ts'
import { createMemoryPackStore, type MemoryPack } from './memory-pack-store.ts'

describePackStore('memory', async () => {
  const kept = new Map<string, MemoryPack>()
  const packs = createMemoryPackStore({ packBytes: SUITE_PACK_BYTES, packs: kept })
  return {
    packs,
    async overwrite(pack, position, bytes) {
      kept.get(pack)!.buffer.set(bytes, position)
    },
    async cut(pack, bytes) {
      kept.get(pack)!.storedBytes = bytes
    },
    [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
  }
})
