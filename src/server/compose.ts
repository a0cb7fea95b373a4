import { randomInt, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { BaseLogger } from 'pino'
import { TailraceError } from '../contract/errors.ts'
import type { LogId } from '../contract/quantities.ts'
import { NewlySealed } from '../core/maintain/announce-sealed.ts'
import { assertSpare } from '../core/maintain/assert-spare.ts'
import { MaintenanceEvents } from '../core/maintain/maintenance-events.ts'
import { recountQuotas } from '../core/maintain/recount-quotas.ts'
import type { StepCensus } from '../core/ports/build-catalog.ts'
import type { BuildHistory } from '../core/ports/build-history.ts'
import type { BuildRemoval } from '../core/ports/build-removal.ts'
import type { IdGenerator } from '../core/ports/capabilities.ts'
import type { FrameCatalog } from '../core/ports/frame-catalog.ts'
import type { PackStore } from '../core/ports/pack-store.ts'
import type { RetentionCatalog } from '../core/ports/retention-catalog.ts'
import type { StepLogs } from '../core/ports/step-logs.ts'
import { followMovedFrames } from '../core/read/reader/follow-moved-frames.ts'
import { storeLogReader } from '../core/read/reader/store-log-reader.ts'
import type { WritePorts } from '../core/write/live-logs.ts'
import { LogDigests } from '../core/write/log-digests.ts'
import { Quotas } from '../core/write/quotas.ts'
import { diskSpace } from '../store/embedded/disk-space.ts'
import { assertCatalogThere, catalogPath } from '../store/embedded/existing-store.ts'
import { knownLogs } from '../store/embedded/known-logs.ts'
import { makeDataDirectory } from '../store/embedded/make-data-directory.ts'
import { CatalogFile } from '../store/embedded/snapshot/catalog-file.ts'
import { openSqliteConnection } from '../store/embedded/sqlite/sqlite.ts'
import { removeLeftSnapshots, type TakeSnapshot, takeSnapshots } from '../store/embedded/store-snapshots.ts'
import { assertRestored } from '../store/embedded/unfinished-restore.ts'
import { openLocalJournal } from '../store/local/journal/local-journal.ts'
import { openLocalPackStore } from '../store/local/packs/local-pack-store.ts'
import { openPackDirectory } from '../store/local/packs/node-files.ts'
import type { AssertSpare } from '../store/local/packs/recover-packs.ts'
import { createMemoryCoordination } from '../store/memory/memory-coordination.ts'
import { createMemoryNotifier } from '../store/memory/memory-notifier.ts'
import { withFrameCache } from '../store/pack/with-frame-cache.ts'
import { sqlBuildCatalog } from '../store/sql/catalog/sql-build-catalog.ts'
import { sqlBuildHistory } from '../store/sql/catalog/sql-build-history.ts'
import { sqlBuildRemoval } from '../store/sql/catalog/sql-build-removal.ts'
import { sqlFrameCatalog } from '../store/sql/catalog/sql-frame-catalog.ts'
import { sqlFrameMaintenance } from '../store/sql/catalog/sql-frame-maintenance.ts'
import { sqlRetentionCatalog } from '../store/sql/catalog/sql-retention-catalog.ts'
import { sqlStepLogs } from '../store/sql/catalog/sql-step-logs.ts'
import { sqlCredentials } from '../store/sql/credentials/sql-credentials.ts'
import type { Config } from './config/config.ts'
import type { Vitals } from './lifecycle/readiness.ts'
import { startMaintenance } from './maintenance/start-maintenance.ts'
import { gaugeStore } from './metrics/gauge-store.ts'
import { meteredJournal } from './metrics/metered-journal.ts'
import { meteredPacks, meteredReader } from './metrics/metered-packs.ts'
import type { Metrics } from './metrics/metrics.ts'
import { newSha256 } from './new-sha256.ts'
import { type Identity, openIdentity } from './open-identity.ts'
import { openSearchThread, type SearchThread } from './search/search-thread.ts'

/** A store that is open and kept, with everything that routes are made of. */
export interface Services extends AsyncDisposable {
  readonly vitals: Omit<Vitals, 'isStopping'>
  readonly write: WritePorts
  readonly stepLogs: StepLogs
  readonly history: BuildHistory
  readonly removal: BuildRemoval
  readonly retention: RetentionCatalog
  readonly packs: PackStore
  readonly searchThread: SearchThread
  readonly idGenerator: IdGenerator
  readonly identity: Identity
  readonly takeSnapshot: TakeSnapshot
}

/** Opens the embedded store in the data directory, recovers what a crash left, and begins to keep it. Rejects with `store-unavailable` when another server has it. */
export async function compose(config: Config, log: BaseLogger, metrics: Metrics): Promise<Services> {
  await using opening = new AsyncDisposableStack()
  makeDataDirectory(config.dataDirectory)
  await assertRestored(config.dataDirectory)
  assertCatalogThere(config.dataDirectory)
  const catalog = catalogPath(config.dataDirectory)
  const catalogFile = opening.use(new CatalogFile(catalog))
  const connection = opening.adopt(await openSqliteConnection(catalog), ({ db }) => db.destroy())
  const { db } = connection
  await removeLeftSnapshots(config.dataDirectory)
  const builds = sqlBuildCatalog(db)
  const frames = sqlFrameCatalog(db)
  const identity = await openIdentity(config, sqlCredentials(db), {
    answered: outcome => metrics.iamAnswers.inc({ outcome }),
    failing: error =>
      log.error({ err: error }, `the IAM at ${config.externalIam?.url} does not answer as it should`),
  })
  const local = opening.use(
    await openLocalJournal({
      directory: join(config.dataDirectory, 'journal'),
      ...config.journal,
      known: async logs => {
        await assertNotOlder(builds, logs)
        return knownLogs(builds, frames, logs)
      },
      onDamage: damage => log.error({ err: damage }, 'the journal is damaged'),
    }),
  )
  const packs = opening.use(
    await openPacks(config, frames, metrics, (unnamed, isStored) =>
      assertSpare({ census: builds, frames, journal: local }, unnamed, isStored),
    ),
  )
  const journal = meteredJournal(local, metrics)
  const reader = meteredReader(storeLogReader({ journal, frames, packs }), metrics)
  const quotas = new Quotas(config.quotaLimits, config.abandonedAfterMs)
  await recountQuotas(builds, quotas, Date.now() - config.abandonedAfterMs)
  const events = new MaintenanceEvents(error =>
    log.error({ err: error }, 'a subscriber of maintenance events failed'),
  )
  const newlySealed = new NewlySealed(events)
  const { locks, lastAppends, inTurn, packPins } = createMemoryCoordination()
  const write: WritePorts = {
    builds,
    frames,
    journal,
    reader,
    notifier: createMemoryNotifier(),
    digests: new LogDigests(newSha256),
    locks,
    lastAppends,
    quotas,
    clock: Date.now,
    onSealed: (log, sizeBytes) => newlySealed.note({ log, sizeBytes }),
  }
  const searchThread = opening.use(
    openSearchThread({
      packsDirectory: packsDirectory(config),
      journal,
      frames,
      onRead: counts => {
        metrics.readBytes.inc(counts.bytes)
        metrics.packReads.inc(counts.frames)
      },
    }),
  )
  const removal = sqlBuildRemoval(db)
  const retention = sqlRetentionCatalog(db)
  const maintained = {
    write,
    packs,
    census: builds,
    removal,
    retention,
    frameMaintenance: sqlFrameMaintenance(db),
    purgeTokens: () => identity.iam.purge(),
    inTurn,
    packPins,
    events,
    newlySealed,
  }
  const maintenance = opening.use(startMaintenance(maintained, config, log, metrics))
  const space = { journalSpace: () => local.space(), disk: () => diskSpace(config.dataDirectory) }
  gaugeStore(metrics.registry, { ...space, packs, quotas, clock: write.clock })
  const ending = opening.move()
  return {
    write,
    history: sqlBuildHistory(db),
    stepLogs: sqlStepLogs(db),
    removal,
    retention,
    packs,
    searchThread,
    idGenerator,
    identity,
    vitals: { ...space, catalog: frames, lastFlushFailureMs: maintenance.lastFlushFailureMs },
    takeSnapshot: takeSnapshots({
      dataDirectory: config.dataDirectory,
      source: { connection, catalogFile, journal: local },
      inTurn,
      packPins,
    }),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

function packsDirectory({ dataDirectory }: Config): string {
  return join(dataDirectory, 'packs')
}

async function openPacks(
  config: Config,
  frames: FrameCatalog,
  metrics: Metrics,
  assertSpare: AssertSpare,
): Promise<PackStore> {
  const local = await openLocalPackStore({
    directory: await openPackDirectory(packsDirectory(config)),
    packEnd: pack => frames.packEnd(pack),
    assertSpare,
    packBytes: config.packBytes,
  })
  const packs = meteredPacks(local, metrics)
  const { frameCacheBytes: maxBytes } = config
  return followMovedFrames(maxBytes === 0 ? packs : withFrameCache(packs, { maxBytes }), frames)
}

const OLDER_CATALOG =
  'The catalog is older than the journal beside it. If it was restored from a back-up, restore the whole data directory.'

/** Ids that the catalog never gave would be given again, and their bytes be taken for those of other logs. */
async function assertNotOlder(census: StepCensus, logs: readonly LogId[]): Promise<void> {
  const lastLog = await census.lastLog()
  if (logs.some(log => log > lastLog)) throw new TailraceError('store-unavailable', OLDER_CATALOG)
}

const JOB_ID_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'
const idGenerator: IdGenerator = {
  jobId: () => Array.from({ length: 32 }, () => JOB_ID_ALPHABET[randomInt(JOB_ID_ALPHABET.length)]).join(''),
  recordId: randomUUID,
}
