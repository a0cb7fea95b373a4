import type { BaseLogger } from 'pino'
import { NewlySealed } from '../core/maintain/announce-sealed.ts'
import { MaintenanceEvents } from '../core/maintain/maintenance-events.ts'
import { recountQuotas } from '../core/maintain/recount-quotas.ts'
import type { IdGenerator } from '../core/ports/capabilities.ts'
import type { Store } from '../core/ports/store.ts'
import { followMovedFrames } from '../core/read/reader/follow-moved-frames.ts'
import { storeLogReader } from '../core/read/reader/store-log-reader.ts'
import type { WritePorts } from '../core/write/live-logs.ts'
import { LogDigests } from '../core/write/log-digests.ts'
import { Quotas } from '../core/write/quotas.ts'
import { hasStore, openEmbedded } from '../store/embedded/open-embedded.ts'
import { withFrameCache } from '../store/pack/with-frame-cache.ts'
import { idGenerator, newSha256 } from './capabilities.ts'
import type { Config } from './config/config.ts'
import type { Vitals } from './lifecycle/readiness.ts'
import { startMaintenance } from './maintenance/start-maintenance.ts'
import { gaugeStore } from './metrics/gauge-store.ts'
import { meteredJournal } from './metrics/metered-journal.ts'
import { meteredPacks, meteredReader } from './metrics/metered-packs.ts'
import type { Metrics } from './metrics/metrics.ts'
import { type Identity, openIdentity } from './open-identity.ts'
import { openSearchThread, type SearchThread } from './search/search-thread.ts'

/** An open store under maintenance, with everything that routes are made of. */
export interface Services
  extends Pick<Store, 'stepLogs' | 'history' | 'removal' | 'retention' | 'packs'>,
    AsyncDisposable {
  readonly vitals: Omit<Vitals, 'isStopping'>
  readonly write: WritePorts
  readonly searchThread: SearchThread
  readonly idGenerator: IdGenerator
  readonly identity: Identity
}

/** True when `compose` would make a new store. */
export function isFirstStart({ dataDirectory }: Config): boolean {
  return !hasStore(dataDirectory)
}

/** The only place that knows which store a server has. */
function openStore({ dataDirectory, journal, packBytes }: Config, log: BaseLogger): Promise<Store> {
  const onFault = (error: unknown, message: string) => log.error({ err: error }, message)
  return openEmbedded(dataDirectory, { journal, packBytes, onFault })
}

/**
 * Opens the store and starts its maintenance. Rejects with `store-unavailable` when the store
 * cannot be opened, and with `invalid-parameter` for a secret key that is not the store's.
 * Disposing of the result stops maintenance, then closes the store.
 */
export async function compose(config: Config, log: BaseLogger, metrics: Metrics): Promise<Services> {
  await using opening = new AsyncDisposableStack()
  const store = metered(opening.use(await openStore(config, log)), config, metrics)
  const identity = await openIdentity(config, store, {
    answered: outcome => metrics.iamAnswers.inc({ outcome }),
    failing: error =>
      log.error({ err: error }, `the IAM at ${config.externalIam?.url} does not answer as it should`),
  })
  const searchThread = opening.use(
    openSearchThread(store, counts => {
      metrics.readBytes.inc(counts.bytes)
      metrics.packReads.inc(counts.frames)
    }),
  )
  const events = new MaintenanceEvents(error =>
    log.error({ err: error }, 'a subscriber of maintenance events failed'),
  )
  const newlySealed = new NewlySealed(events)
  const write = await writePorts(store, newlySealed, config, metrics)
  const purgeTokens = () => identity.iam.purge()
  const maintained = { ...store, write, census: store.builds, purgeTokens, events, newlySealed }
  const maintenance = opening.use(startMaintenance(maintained, config, log, metrics))
  const space = { journalSpace: () => store.space.journal(), disk: () => store.space.disk() }
  gaugeStore(metrics.registry, { ...write, ...space, packs: store.packs })
  const { stepLogs, history, removal, retention, packs } = store
  const closing = opening.move()
  return {
    ...{ stepLogs, history, removal, retention, packs },
    write,
    searchThread,
    idGenerator,
    identity,
    vitals: { ...space, catalog: store.frames, lastFlushFailureMs: maintenance.lastFlushFailureMs },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** The same store, with appends and frames counted, and the frames read last kept decoded. */
function metered(store: Store, { frameCacheBytes: maxBytes }: Config, metrics: Metrics): Store {
  const counted = meteredPacks(store.packs, metrics)
  const cached = maxBytes === 0 ? counted : withFrameCache(counted, { maxBytes })
  const journal = meteredJournal(store.journal, metrics)
  return { ...store, journal, packs: followMovedFrames(cached, store.frames) }
}

/** Quotas and digests belong to this process, not to the store (core/ports/coordination.ts). */
async function writePorts(
  store: Store,
  newlySealed: NewlySealed,
  config: Config,
  metrics: Metrics,
): Promise<WritePorts> {
  const quotas = new Quotas(config.quotaLimits, config.abandonedAfterMs)
  await recountQuotas(store.builds, quotas, Date.now() - config.abandonedAfterMs)
  return {
    ...store,
    reader: meteredReader(storeLogReader(store), metrics),
    digests: new LogDigests(newSha256),
    quotas,
    clock: Date.now,
    onSealed: (log, sizeBytes) => newlySealed.note({ log, sizeBytes }),
  }
}
