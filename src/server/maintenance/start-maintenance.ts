import { setTimeout as sleep } from 'node:timers/promises'
import type { BaseLogger } from 'pino'
import type { EpochMs } from '../../contract/quantities.ts'
import { abandonSilentLogs } from '../../core/maintain/abandon-silent-logs.ts'
import { UnrecordedFrames } from '../../core/maintain/flush-frames.ts'
import { keepFlushing } from '../../core/maintain/keep-flushing.ts'
import type { StepCensus } from '../../core/ports/build-catalog.ts'
import type { BuildRemoval } from '../../core/ports/build-removal.ts'
import type { InTurn, PackPins } from '../../core/ports/coordination.ts'
import type { FrameMaintenance } from '../../core/ports/frame-maintenance.ts'
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { RetentionCatalog, RetentionRule } from '../../core/ports/retention-catalog.ts'
import type { WritePorts } from '../../core/write/live-logs.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { keepSpace } from './keep-space.ts'
import { tellExpired } from './report-expired.ts'

/** How maintenance fares. */
export interface Health {
  lastFlushFailureMs: EpochMs
}

/** Where failures and what retention deleted are logged. */
const FLUSH_PACE_MS = 100
const FLUSH_RETRY_MS = 1000

/** What the work is done on. */
export interface Kept {
  readonly write: WritePorts
  readonly packs: PackStore
  readonly census: StepCensus
  readonly removal: BuildRemoval
  readonly retention: RetentionCatalog
  readonly frameMaintenance: FrameMaintenance
  /** Forgets tokens that expired long ago. */
  readonly purgeTokens: () => Promise<void>
  readonly inTurn: InTurn
  readonly packPins: PackPins
}

export interface MaintenanceSettings {
  /** A live log that gets no append for so long is abandoned. */
  readonly abandonedAfterMs: number
  /** The server's own rule. */
  readonly retention: RetentionRule
}

/** Starts the work that runs beside requests. Disposing of `opening` ends it, after the passes in progress. */
export function startMaintenance(
  opening: AsyncDisposableStack,
  health: Health,
  settings: MaintenanceSettings,
  { write, packs, census, removal, retention, frameMaintenance, purgeTokens, inTurn, packPins }: Kept,
  log: BaseLogger,
  metrics: Metrics,
): void {
  const ending = new AbortController()
  const since = Date.now()
  const unrecorded = new UnrecordedFrames()
  const flushing = keepFlushing(
    {
      journal: write.journal,
      packs,
      frames: write.frames,
      census,
      unrecorded,
      onLost: (lost, cause) =>
        log.error({ err: cause }, `log ${lost.log} has lost its bytes ${lost.at} to ${lost.end}`),
    },
    {
      paceMs: FLUSH_PACE_MS,
      retryMs: FLUSH_RETRY_MS,
      inTurn,
      wait,
      onError: error => {
        health.lastFlushFailureMs = Date.now()
        metrics.flushFailures.inc()
        log.error({ err: error }, 'flushing failed')
      },
    },
    ending.signal,
  )
  const abandoning = every(
    Math.min(60_000, settings.abandonedAfterMs / 2),
    ending.signal,
    async () => {
      const silentBefore = Date.now() - settings.abandonedAfterMs
      await abandonSilentLogs({ ...write, census }, log => write.lastAppends.get(log), since, silentBefore)
      await purgeTokens()
    },
    log,
  )
  const expired = tellExpired((figures, message) => log.info(figures, message))
  const spacing = keepSpace(
    {
      ...write,
      packs,
      removal,
      retention,
      frameMaintenance,
      inTurn,
      unrecorded,
      unreadable: new Set(),
      packPins,
      rule: settings.retention,
    },
    {
      onExpired: expired.onExpired,
      onRetained: retained => {
        metrics.expiredBuilds.inc(retained.removedBuilds)
        metrics.expiredBytes.inc(retained.removedLogBytes)
        expired.onRetained(retained)
      },
      onReclaimed: ({ droppedPacks, droppedBytes, movedBytes }) => {
        metrics.droppedPacks.inc(droppedPacks)
        metrics.droppedBytes.inc(droppedBytes)
        metrics.movedBytes.inc(movedBytes)
      },
      onError: error => log.error({ err: error }, 'bringing back space failed'),
    },
    ending.signal,
  )
  opening.defer(async () => {
    ending.abort()
    await Promise.all([flushing, abandoning, spacing])
  })
}

async function every(
  ms: number,
  signal: AbortSignal,
  work: () => Promise<void>,
  log: BaseLogger,
): Promise<void> {
  while (!signal.aborted) {
    await wait(ms, signal)
    if (!signal.aborted) await work().catch(error => log.error({ err: error }, 'upkeep failed'))
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
