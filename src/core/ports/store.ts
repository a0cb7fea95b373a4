import type { BuildCatalog, StepCensus } from './build-catalog.ts'
import type { BuildHistory } from './build-history.ts'
import type { BuildRemoval } from './build-removal.ts'
import type { DiskSpace, JournalSpace } from './capabilities.ts'
import type { Coordination } from './coordination.ts'
import type { CredentialStores } from './credentials.ts'
import type { FrameCatalog } from './frame-catalog.ts'
import type { FrameMaintenance } from './frame-maintenance.ts'
import type { Journal } from './journal.ts'
import type { Notifier } from './notifier.ts'
import type { Frame, PackStore } from './pack-store.ts'
import type { RetentionCatalog } from './retention-catalog.ts'
import type { StepLogs } from './step-logs.ts'

/**
 * Where logs, builds and credentials are kept: every port that a server needs, from one backend. A
 * backend is one function that opens a `Store`, such as `openEmbedded`; the server knows nothing
 * else about it.
 *
 * The parts see each other's changes at once, and what a method resolved to survives a crash of the
 * process. Metrics, retries and caches are wrappers of these ports and not part of a store. While a
 * store is open, it serves the commands that back it up and check it; they need nothing from the
 * server. Disposing of it closes everything: appends in progress are stored or fail, snapshots end,
 * and another process may open it.
 */
export interface Store extends Coordination, AsyncDisposable {
  readonly builds: BuildCatalog & StepCensus
  readonly history: BuildHistory
  readonly stepLogs: StepLogs
  readonly removal: BuildRemoval
  readonly retention: RetentionCatalog
  readonly frames: FrameCatalog
  readonly frameMaintenance: FrameMaintenance
  readonly journal: Journal
  readonly packs: PackStore
  readonly credentials: CredentialStores
  readonly notifier: Notifier
  readonly space: StoreSpace
  readonly threadPacks: ThreadPacks
  /**
   * Path of the file that holds the key which encrypts the secrets of access keys, for servers that
   * are not given one. Only the store's owner can read that file. Undefined where the store has no
   * such place: then a key must be given.
   */
  readonly secretKeyFile: string | undefined
}

/** How much room a store has. */
export interface StoreSpace {
  /** Never waits. */
  journal(): JournalSpace

  /** The medium of the journal. Rejects with the system's error. */
  disk(): Promise<DiskSpace>
}

/**
 * How a thread without access to the store's objects reads packs by itself. Both parts survive
 * structured cloning, so that they can be handed to any thread of the process.
 */
export interface ThreadPacks {
  /** URL of a module that exports an `OpenThreadPacks` as `openThreadPacks`. */
  readonly module: string
  /** What that function must be given. */
  readonly data: unknown
}

export interface ThreadPacksLimits {
  readonly maxOpenFiles: number
  /** Frames that are read and decompressed at the same time. */
  readonly maxReads: number
}

/** Opens the packs that `data` of `ThreadPacks` names. Rejects with `store-unavailable`. */
export type OpenThreadPacks = (data: unknown, limits: ThreadPacksLimits) => Promise<OpenedThreadPacks>

/** Disposing of it waits for reads in progress and frees what they used. */
export interface OpenedThreadPacks extends AsyncDisposable {
  /** As `PackStore.read`. */
  read(frame: Frame): Promise<Uint8Array>
}
