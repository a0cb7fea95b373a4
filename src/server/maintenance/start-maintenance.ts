import { setTimeout as sleep } from 'node:timers/promises'
import type { BaseLogger } from 'pino'
import type { EpochMs } from '../../contract/quantities.ts'
import type { NewlySealed } from '../../core/maintain/announce-sealed.ts'
import { UnrecordedFrames } from '../../core/maintain/flush-frames.ts'
import type { MaintenanceEvents } from '../../core/maintain/maintenance-events.ts'
import {
  abandonTask,
  announceTask,
  flushTask,
  purgeTask,
  retentionTask,
  spaceTasks,
} from '../../core/maintain/maintenance-tasks.ts'
import { type MaintenanceTask, runMaintenance } from '../../core/maintain/run-maintenance.ts'
import type { StepCensus } from '../../core/ports/build-catalog.ts'
import type { BuildRemoval } from '../../core/ports/build-removal.ts'
import type { InTurn, PackPins } from '../../core/ports/coordination.ts'
import type { FrameMaintenance } from '../../core/ports/frame-maintenance.ts'
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { RetentionCatalog, RetentionRule } from '../../core/ports/retention-catalog.ts'
import type { WritePorts } from '../../core/write/live-logs.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { logExpired } from './log-expired.ts'

/** What the tasks work on. */
export interface MaintenancePorts {
  readonly write: WritePorts
  readonly packs: PackStore
  readonly census: StepCensus
  readonly removal: BuildRemoval
  readonly retention: RetentionCatalog
  readonly frameMaintenance: FrameMaintenance
  /** Deletes tokens that have expired. */
  readonly purgeTokens: () => Promise<void>
  readonly inTurn: InTurn
  readonly packPins: PackPins
  readonly events: MaintenanceEvents
  readonly newlySealed: NewlySealed
}

export interface MaintenanceSettings {
  /** A live log that gets no append for this long is abandoned. */
  readonly abandonedAfterMs: number
  /** For jobs without a rule of their own. */
  readonly retention: RetentionRule
}

/** Maintenance that runs. Disposing of it stops it, after the passes in progress. */
export interface Maintenance extends AsyncDisposable {
  /** When moving logs to packs last failed; 0 for never. */
  lastFlushFailureMs(): EpochMs
}

/** Starts all tasks of maintenance. Failures are logged and counted, and the tasks continue. */
export function startMaintenance(
  ports: MaintenancePorts,
  settings: MaintenanceSettings,
  log: BaseLogger,
  metrics: Metrics,
): Maintenance {
  const unrecorded = new UnrecordedFrames()
  const flush = flushOf(ports, unrecorded, log)
  const tasks = [flush, ...otherTasks(ports, unrecorded, settings, log, metrics)]
  metrics.listMaintenance(tasks.map(({ name }) => name))
  let lastFlushFailureMs = 0
  const stopping = new AbortController()
  const running = runMaintenance(
    tasks,
    {
      clock: ports.write.clock,
      wait,
      onPass: pass => {
        metrics.countMaintenance(pass)
        if (pass.failure === undefined) return
        if (pass.task === flush.name) {
          lastFlushFailureMs = pass.endedAtMs
          metrics.flushFailures.inc()
        }
        log.error({ err: pass.failure.error }, `maintenance task ${pass.task} failed`)
      },
    },
    stopping.signal,
  )
  return {
    lastFlushFailureMs: () => lastFlushFailureMs,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}

function flushOf(
  { write: { journal, frames }, packs, census, events, inTurn }: MaintenancePorts,
  unrecorded: UnrecordedFrames,
  log: BaseLogger,
): MaintenanceTask {
  return flushTask({
    journal,
    packs,
    frames,
    census,
    events,
    unrecorded,
    inTurn,
    onLost: (lost, cause) =>
      log.error({ err: cause }, `log ${lost.log} has lost its bytes ${lost.at} to ${lost.end}`),
  })
}

function otherTasks(
  { write, purgeTokens, ...ports }: MaintenancePorts,
  unrecorded: UnrecordedFrames,
  { abandonedAfterMs, retention }: MaintenanceSettings,
  log: BaseLogger,
  metrics: Metrics,
): readonly MaintenanceTask[] {
  const all = { ...write, ...ports }
  const expired = logExpired(log)
  return [
    announceTask(all),
    abandonTask(all, abandonedAfterMs),
    purgeTask(purgeTokens),
    retentionTask(
      {
        ...all,
        onExpired: expired.onExpired,
        onRetained: retained => {
          metrics.countRetained(retained)
          expired.onRetained(retained)
        },
      },
      retention,
    ),
    ...spaceTasks({
      ...all,
      unrecorded,
      unreadable: new Set(),
      onReclaimed: reclaimed => metrics.countReclaimed(reclaimed),
    }),
  ]
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
