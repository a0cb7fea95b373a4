/**
 * The front door of the embedded store, which is one data directory and open in one process at a
 * time. A server opens all of it (`openEmbedded`); commands open it for reading, copy it, or open
 * only its credentials. Back-ups are in backup/.
 */
import { assertSpare } from '../../core/maintain/assert-spare.ts'
import type { CheckPorts } from '../../core/maintain/check-store.ts'
import type { Journal } from '../../core/ports/journal.ts'
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { Store } from '../../core/ports/store.ts'
import { storeLogReader } from '../../core/read/reader/store-log-reader.ts'
import { openLocalPackStore } from '../local/packs/local-pack-store.ts'
import { openPackDirectory } from '../local/packs/node-files.ts'
import { createMemoryCoordination } from '../memory/memory-coordination.ts'
import { createMemoryNotifier } from '../memory/memory-notifier.ts'
import { sqlBuildHistory } from '../sql/catalog/sql-build-history.ts'
import { sqlBuildRemoval } from '../sql/catalog/sql-build-removal.ts'
import { sqlFrameMaintenance } from '../sql/catalog/sql-frame-maintenance.ts'
import { sqlRetentionCatalog } from '../sql/catalog/sql-retention-catalog.ts'
import { sqlStepLogs } from '../sql/catalog/sql-step-logs.ts'
import { sqlCredentials } from '../sql/credentials/sql-credentials.ts'
import { askSnapshot, type GivenSnapshot } from './control/ask-snapshot.ts'
import { serveControl } from './control/serve-control.ts'
import { diskSpace, layoutOf, prepareDataDirectory, requireStore } from './data-directory.ts'
import { type JournalSizes, type OpenCatalog, openCatalog, openJournal } from './records.ts'
import { packsOfSnapshot, removeLeftSnapshots, takeSnapshots } from './snapshot/store-snapshots.ts'
import { threadPacks } from './thread-packs.ts'

export { hasStore } from './data-directory.ts'

export interface EmbeddedOptions {
  readonly journal: JournalSizes
  /** A pack gets no further frame once it has this many bytes. */
  readonly packBytes: number
  /**
   * Gets what fails no call but needs a person: bytes that the journal has lost, a snapshot that
   * failed.
   */
  readonly onFault: (fault: unknown, message: string) => void
}

/**
 * Opens the store in the directory, which is made if it is not there, and recovers what a crash
 * left. Serves snapshots to commands on this machine while it is open. Rejects with
 * `store-unavailable` when another process has the store, and when it is damaged, incomplete, or
 * made by a newer Tailrace.
 */
export async function openEmbedded(directory: string, options: EmbeddedOptions): Promise<Store> {
  await using opening = new AsyncDisposableStack()
  const { onFault } = options
  prepareDataDirectory(directory)
  const catalog = opening.use(await openCatalog(directory))
  await removeLeftSnapshots(directory)
  const onDamage = (damage: object) => onFault(damage, 'the journal is damaged')
  const journal = opening.use(await openJournal(directory, catalog, { ...options.journal, onDamage }))
  const packs = opening.use(await openPacks(directory, options.packBytes, catalog, journal))
  const coordination = createMemoryCoordination()
  const takeSnapshot = takeSnapshots({ directory, catalog, journal, ...coordination })
  const onSnapshotFailure = (error: unknown) => onFault(error, 'a snapshot of the store failed')
  opening.use(await serveControl(directory, takeSnapshot, onSnapshotFailure))
  const { db } = catalog.connection
  const closing = opening.move()
  return {
    ...coordination,
    builds: catalog.builds,
    history: sqlBuildHistory(db),
    stepLogs: sqlStepLogs(db),
    removal: sqlBuildRemoval(db),
    retention: sqlRetentionCatalog(db),
    frames: catalog.frames,
    frameMaintenance: sqlFrameMaintenance(db),
    journal,
    packs,
    credentials: sqlCredentials(db),
    notifier: createMemoryNotifier(),
    space: { journal: () => journal.space(), disk: () => diskSpace(directory) },
    threadPacks: threadPacks(layoutOf(directory).packs),
    secretKeyFile: layoutOf(directory).secretKey,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** Cuts off what a crash left in packs, but nothing that is nowhere else. */
async function openPacks(
  directory: string,
  packBytes: number,
  { builds, frames }: OpenCatalog,
  journal: Journal,
): Promise<PackStore> {
  return openLocalPackStore({
    directory: await openPackDirectory(layoutOf(directory).packs),
    packEnd: pack => frames.packEnd(pack),
    assertSpare: (unnamed, isStored) => assertSpare({ census: builds, frames, journal }, unnamed, isStored),
    packBytes,
  })
}

/** A store to be read and checked, as it is at one moment. */
export interface StoreToRead extends Omit<CheckPorts, 'newSha256'>, AsyncDisposable {
  /** Aborts when what was read may be wrong: the server that gave the snapshot has ended. */
  readonly lost: AbortSignal
}

/**
 * Opens a store for reading, and changes nothing in it: a snapshot from its server or, if none
 * runs, the store itself under the same lock. `onDamage` gets what the journal could not read back.
 * Rejects with `not-found` when there is no store, with `store-unavailable` as `openEmbedded` does,
 * and as `askSnapshot`.
 */
export async function openForReading(
  directory: string,
  sizes: JournalSizes,
  onDamage: (damage: object) => void,
): Promise<StoreToRead> {
  await using opening = new AsyncDisposableStack()
  const snapshot = await askSnapshot(directory)
  if (snapshot !== undefined) opening.use(snapshot)
  const records = snapshot?.directory ?? directory
  requireStore(records)
  const catalog = opening.use(await openCatalog(records))
  const journal = opening.use(await openJournal(records, catalog, { ...sizes, onDamage, mayBeNewer: true }))
  const packsDirectory = await openPackDirectory(snapshot?.packsDirectory ?? layoutOf(directory).packs)
  // With an end of 0 nothing is cut off any pack.
  const packs = opening.use(await openLocalPackStore({ directory: packsDirectory, packEnd: async () => 0 }))
  const { builds, frames } = catalog
  const { db } = catalog.connection
  const closing = opening.move()
  return {
    builds,
    frames,
    packs: snapshot === undefined ? packs : packsOfSnapshot(packs, snapshot),
    removal: sqlBuildRemoval(db),
    retention: sqlRetentionCatalog(db),
    reader: storeLogReader({ journal, frames, packs }),
    lost: snapshot?.lost ?? new AbortController().signal,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/**
 * A snapshot of the store in the directory: from its server or, if none runs, taken here under the
 * same lock. Rejects as `openForReading` does.
 */
export async function openSnapshot(directory: string, sizes: JournalSizes): Promise<GivenSnapshot> {
  const given = await askSnapshot(directory)
  if (given !== undefined) return given
  await using opening = new AsyncDisposableStack()
  requireStore(directory)
  const catalog = opening.use(await openCatalog(directory))
  const journal = opening.use(
    await openJournal(directory, catalog, { ...sizes, onDamage: () => {}, mayBeNewer: true }),
  )
  const parts = { directory, catalog, journal, ...createMemoryCoordination() }
  const snapshot = opening.use(await takeSnapshots(parts)())
  const closing = opening.move()
  return {
    ...snapshot,
    lost: new AbortController().signal,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/**
 * Opens only the credentials, while no server runs. Rejects with `not-found` when there is no
 * store, and with `store-unavailable` when a server has it or a restore has not ended.
 */
export async function openCredentials(
  directory: string,
): Promise<Pick<Store, 'credentials' | 'secretKeyFile'> & AsyncDisposable> {
  requireStore(directory)
  const catalog = await openCatalog(directory)
  return {
    credentials: sqlCredentials(catalog.connection.db),
    secretKeyFile: layoutOf(directory).secretKey,
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  }
}
