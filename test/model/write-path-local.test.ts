import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqlite } from '../../src/store/embedded/sqlite/sqlite.ts'
import { openLocalJournal } from '../../src/store/local/journal/local-journal.ts'
import { openLocalPackStore } from '../../src/store/local/packs/local-pack-store.ts'
import { openPackDirectory } from '../../src/store/local/packs/node-files.ts'
import { sqlBuildCatalog } from '../../src/store/sql/catalog/sql-build-catalog.ts'
import { sqlFrameCatalog } from '../../src/store/sql/catalog/sql-frame-catalog.ts'
import { MODEL_FRAME_SIZES, type StoreUnderTest, writePathKeepsItsPromises } from './write-path-model.ts'

const SEGMENT_BYTES = 32 * 1024

test('on disk, with segments that are recycled all the time, nothing is lost or doubled', () =>
  writePathKeepsItsPromises(openOnDisk, 15))

async function openOnDisk(): Promise<StoreUnderTest> {
  await using opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-model-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const db = opening.adopt(await openSqlite(join(directory, 'catalog.sqlite')), one => one.destroy())
  const frames = sqlFrameCatalog(db)
  const packs = opening.use(
    await openLocalPackStore({
      directory: await openPackDirectory(join(directory, 'packs')),
      packEnd: pack => frames.packEnd(pack),
      packBytes: 64 * 1024,
    }),
  )
  const journal = opening.use(
    await openLocalJournal({
      directory: join(directory, 'journal'),
      known: async () => new Map(),
      segmentBytes: SEGMENT_BYTES,
      segments: 5,
      frameBytes: MODEL_FRAME_SIZES.targetBytes,
    }),
  )
  const ending = opening.move()
  return {
    journal,
    packs,
    frames,
    builds: sqlBuildCatalog(db),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
