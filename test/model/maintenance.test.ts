import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqlite } from '../../src/store/embedded/sqlite/sqlite.ts'
import { openLocalJournal } from '../../src/store/local/journal/local-journal.ts'
import { openLocalPackStore } from '../../src/store/local/packs/local-pack-store.ts'
import { openPackDirectory } from '../../src/store/local/packs/node-files.ts'
import { memoryBuildCatalog } from '../../src/store/memory/memory-build-catalog.ts'
import { memoryFrameCatalog } from '../../src/store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts'
import { createMemoryPackStore } from '../../src/store/memory/memory-pack-store.ts'
import { sqlBuildCatalog } from '../../src/store/sql/catalog/sql-build-catalog.ts'
import { sqlBuildRemoval } from '../../src/store/sql/catalog/sql-build-removal.ts'
import { sqlFrameCatalog } from '../../src/store/sql/catalog/sql-frame-catalog.ts'
import { sqlFrameMaintenance } from '../../src/store/sql/catalog/sql-frame-maintenance.ts'
import { type MaintainedStore, maintenanceKeepsItsPromises } from './maintenance-model.ts'
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
  maintenanceKeepsItsPromises(openOnDisk, 12))

async function openOnDisk(): Promise<MaintainedStore> {
  await using opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-model-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const db = opening.adopt(await openSqlite(join(directory, 'catalog.sqlite')), one => one.destroy())
  const frames = sqlFrameCatalog(db)
  const packs = opening.use(
    await openLocalPackStore({
      directory: await openPackDirectory(join(directory, 'packs')),
      packEnd: pack => frames.packEnd(pack),
      packBytes: PACK_BYTES,
    }),
  )
  const journal = opening.use(
    await openLocalJournal({
      directory: join(directory, 'journal'),
      known: async () => new Map(),
      segmentBytes: 64 * 1024,
      segments: 6,
      frameBytes: MODEL_FRAME_SIZES.targetBytes,
    }),
  )
  const ending = opening.move()
  return {
    journal,
    packs,
    frames,
    frameMaintenance: sqlFrameMaintenance(db),
    builds: sqlBuildCatalog(db),
    removal: sqlBuildRemoval(db),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
