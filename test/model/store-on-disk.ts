import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../../src/store/embedded/sqlite/sqlite.ts'
import { openLocalJournal } from '../../src/store/local/journal/local-journal.ts'
import { openLocalPackStore } from '../../src/store/local/packs/local-pack-store.ts'
import { openPackDirectory } from '../../src/store/local/packs/node-files.ts'
import { sqlBuildCatalog } from '../../src/store/sql/catalog/sql-build-catalog.ts'
import { sqlBuildRemoval } from '../../src/store/sql/catalog/sql-build-removal.ts'
import { sqlFrameCatalog } from '../../src/store/sql/catalog/sql-frame-catalog.ts'
import { sqlFrameMaintenance } from '../../src/store/sql/catalog/sql-frame-maintenance.ts'
import type { MaintainedStore } from './maintenance-model.ts'
import { MODEL_FRAME_SIZES } from './write-path-model.ts'

/** Small ones, so that packs end and segments are recycled often. */
export interface StoreSizes {
  readonly packBytes: number
  readonly segmentBytes: number
  readonly segments: number
}

/** Opens the parts of a store that a model needs, in a new directory. Disposing removes it. */
export async function openStoreOnDisk({
  packBytes,
  segmentBytes,
  segments,
}: StoreSizes): Promise<MaintainedStore> {
  await using opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-model-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const db = opening.adopt(await openSqlite(join(directory, 'catalog.sqlite')), one => one.destroy())
  const frames = sqlFrameCatalog(db)
  const packs = opening.use(
    await openLocalPackStore({
      directory: await openPackDirectory(join(directory, 'packs')),
      packEnd: pack => frames.packEnd(pack),
      packBytes,
    }),
  )
  const journal = opening.use(
    await openLocalJournal({
      directory: join(directory, 'journal'),
      known: async () => new Map(),
      segmentBytes,
      segments,
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
