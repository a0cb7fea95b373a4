import { join } from 'node:path'
import type { LogId } from '../../contract/quantities.ts'
import type { CheckPorts } from '../../core/maintain/check-store.ts'
import { storeLogReader } from '../../core/read/reader/store-log-reader.ts'
import type { Config } from '../../server/config/config.ts'
import { newSha256 } from '../../server/new-sha256.ts'
import { openLocalJournal } from '../local/journal/local-journal.ts'
import { openLocalPackStore } from '../local/packs/local-pack-store.ts'
import { openPackDirectory } from '../local/packs/node-files.ts'
import { createMemoryCoordination } from '../memory/memory-coordination.ts'
import { sqlBuildCatalog } from '../sql/catalog/sql-build-catalog.ts'
import { sqlBuildRemoval } from '../sql/catalog/sql-build-removal.ts'
import { sqlFrameCatalog } from '../sql/catalog/sql-frame-catalog.ts'
import { sqlRetentionCatalog } from '../sql/catalog/sql-retention-catalog.ts'
import { askSnapshot, type GivenSnapshot } from './control/ask-snapshot.ts'
import { catalogPath, requireStore } from './existing-store.ts'
import { knownLogs } from './known-logs.ts'
import { CatalogFile } from './snapshot/catalog-file.ts'
import { openSqliteConnection } from './sqlite/sqlite.ts'
import { takeSnapshots } from './store-snapshots.ts'

/** A store that no server has, to be looked at. */
export interface OfflineStore extends CheckPorts, AsyncDisposable {}

/** Where the parts of a store are: those of a snapshot stand apart. */
export interface StorePlace {
  /** Of `catalog.sqlite` and `journal`. */
  readonly directory: string
  readonly packsDirectory: string
}

/** A store in one directory, as a server has it. */
export const placeOf = (dataDirectory: string): StorePlace => ({
  directory: dataDirectory,
  packsDirectory: join(dataDirectory, 'packs'),
})

/**
 * Opens a store as a server would, under the same lock, but serves and keeps nothing, and cuts nothing off packs. What the journal
 * could not read back goes to `onDamage`. Rejects with `store-unavailable` when a server has it or its restore has not ended, `not-found` when there is none.
 */
export async function openOffline(
  place: StorePlace,
  sizes: Config['journal'],
  onDamage: (damage: object) => void,
): Promise<OfflineStore> {
  await using opening = new AsyncDisposableStack()
  const records = opening.use(await openRecords(place.directory, sizes, onDamage))
  const { connection, builds, frames, journal } = records
  const directory = await openPackDirectory(place.packsDirectory)
  // A pack without an end by rows is left as it is.
  const packs = opening.use(await openLocalPackStore({ directory, packEnd: async () => 0 }))
  const ending = opening.move()
  return {
    builds,
    frames,
    packs,
    removal: sqlBuildRemoval(connection.db),
    retention: sqlRetentionCatalog(connection.db),
    reader: storeLogReader({ journal, frames, packs }),
    newSha256,
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

/** A snapshot of the store in a data directory, from its server or, where none runs, under its lock. Rejects as `openOffline` and `askSnapshot`. */
export async function openSnapshot({
  dataDirectory,
  journal: sizes,
}: Pick<Config, 'dataDirectory' | 'journal'>): Promise<GivenSnapshot> {
  const given = await askSnapshot(dataDirectory)
  if (given !== undefined) return given
  await using opening = new AsyncDisposableStack()
  const catalogFile = opening.use(new CatalogFile(catalogPath(dataDirectory)))
  const { connection, journal } = opening.use(await openRecords(dataDirectory, sizes, () => {}))
  const snapshot = opening.use(
    await takeSnapshots({
      dataDirectory,
      source: { connection, catalogFile, journal },
      ...createMemoryCoordination(),
    })(),
  )
  const ending = opening.move()
  const { directory, packsDirectory, packs } = snapshot
  return {
    directory,
    packsDirectory,
    packs,
    lost: new AbortController().signal,
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

/** Catalog and journal, under the lock that a server has. */
async function openRecords(directory: string, sizes: Config['journal'], onDamage: (damage: object) => void) {
  const catalog = await requireStore(directory)
  await using opening = new AsyncDisposableStack()
  const connection = opening.adopt(await openSqliteConnection(catalog), ({ db }) => db.destroy())
  const { db } = connection
  const [builds, frames] = [sqlBuildCatalog(db), sqlFrameCatalog(db)]
  const known = (logs: readonly LogId[]) => knownLogs(builds, frames, logs)
  const journal = opening.use(
    await openLocalJournal({ directory: join(directory, 'journal'), ...sizes, known, onDamage }),
  )
  const ending = opening.move()
  return { connection, builds, frames, journal, [Symbol.asyncDispose]: () => ending.disposeAsync() }
}
