import { test } from 'node:test'
import { memoryBuildCatalog } from '../../src/store/memory/memory-build-catalog.ts'
import { memoryFrameCatalog } from '../../src/store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts'
import { createMemoryPackStore } from '../../src/store/memory/memory-pack-store.ts'
import { MODEL_FRAME_SIZES, writePathKeepsItsPromises } from './write-path-model.ts'

test('in memory, writers, readers and flushes in any order and overlap lose and double nothing', () =>
  writePathKeepsItsPromises(async () => {
    const journal = new MemoryJournal({ frameBytes: MODEL_FRAME_SIZES.targetBytes, capacityBytes: 200_000 })
    return {
      journal,
      packs: createMemoryPackStore(),
      frames: memoryFrameCatalog(),
      builds: memoryBuildCatalog(),
      [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
    }
  }, 40))
