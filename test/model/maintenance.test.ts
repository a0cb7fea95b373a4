import { test } from 'node:test'
import { memoryBuildCatalog } from '../../src/store/memory/memory-build-catalog.ts'
import { memoryFrameCatalog } from '../../src/store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts'
import { createMemoryPackStore } from '../../src/store/memory/memory-pack-store.ts'
import { maintenanceKeepsItsPromises } from './maintenance-model.ts'
import { openStoreOnDisk } from './store-on-disk.ts'
import { MODEL_FRAME_SIZES } from './write-path-model.ts'

const PACK_BYTES = 12 * 1024

test('in memory, deletions and rewrites of packs among writers and readers touch nothing else', () =>
  maintenanceKeepsItsPromises(async () => {
    const journal = new MemoryJournal({ frameBytes: MODEL_FRAME_SIZES.targetBytes, capacityBytes: 400_000 })
    const [builds, frames] = [memoryBuildCatalog(), memoryFrameCatalog()]
    return {
      journal,
      packs: createMemoryPackStore({ packBytes: PACK_BYTES }),
      frames,
      frameMaintenance: frames,
      builds,
      removal: builds,
      [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
    }
  }, 30))

test('on disk, deletions and rewrites of packs among writers and readers touch nothing else', () =>
  maintenanceKeepsItsPromises(
    () => openStoreOnDisk({ packBytes: PACK_BYTES, segmentBytes: 64 * 1024, segments: 6 }),
    12,
  ))
