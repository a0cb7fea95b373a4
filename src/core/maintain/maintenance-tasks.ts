/**
 * The tasks of maintenance, each with its pace. What a task does is in the file of its use-case.
 */
import type { Clock } from '../ports/capabilities.ts'
import type { InTurn, LastAppends } from '../ports/coordination.ts'
import type { RetentionRule } from '../ports/retention-catalog.ts'
import { type AbandonPorts, abandonSilentLogs } from './abandon-silent-logs.ts'
import { type AnnouncePorts, announceSealed } from './announce-sealed.ts'
import { applyRetention, type ExpiredBuild, type Retained, type RetentionPorts } from './apply-retention.ts'
import { type FlushPorts, flushFrames } from './flush-frames.ts'
import { type Reclaimed, type ReclaimPorts, reclaimPacks } from './reclaim-packs.ts'
import type { MaintenanceTask } from './run-maintenance.ts'
import { type SweepPorts, sweepRemovedLogs } from './sweep-removed-logs.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Moves what is due from the journal to packs. One pass and its commits serve many logs. */
export function flushTask(
  ports: FlushPorts & { readonly inTurn: InTurn },
  paces: Pick<MaintenanceTask, 'paceMs' | 'retryMs'> = { paceMs: 100, retryMs: SECOND_MS },
): MaintenanceTask {
  return {
    name: 'flush-frames',
    ...paces,
    async nextPass(signal) {
      const due = await ports.journal.due(signal)
      return due.length > 0 ? () => ports.inTurn(() => flushFrames(ports, due)) : undefined
    },
  }
}

/** Publishes *log sealed* where no flush does. */
export function announceTask(ports: AnnouncePorts): MaintenanceTask {
  return {
    name: 'announce-sealed-logs',
    paceMs: SECOND_MS,
    nextPass: async () => (ports.newlySealed.logs.length > 0 ? () => announceSealed(ports) : undefined),
  }
}

export interface AbandonTaskPorts extends AbandonPorts {
  readonly lastAppends: Pick<LastAppends, 'get'>
  readonly clock: Clock
}

/** Marks running steps as abandoned that took no bytes for `abandonedAfterMs`. */
export function abandonTask(ports: AbandonTaskPorts, abandonedAfterMs: number): MaintenanceTask {
  const { lastAppends, clock } = ports
  const sinceMs = clock()
  const paceMs = Math.min(MINUTE_MS, abandonedAfterMs / 2)
  const pass = async () => {
    await abandonSilentLogs(ports, log => lastAppends.get(log), sinceMs, clock() - abandonedAfterMs)
  }
  return { name: 'abandon-silent-logs', paceMs, firstAfterMs: paceMs, nextPass: async () => pass }
}

/** Deletes tokens that have expired, by `purge`. */
export function purgeTask(purge: () => Promise<void>): MaintenanceTask {
  return {
    name: 'purge-expired-tokens',
    paceMs: MINUTE_MS,
    firstAfterMs: MINUTE_MS,
    nextPass: async () => purge,
  }
}

export interface RetentionTaskPorts extends RetentionPorts {
  readonly clock: Clock
  readonly onExpired: (build: ExpiredBuild) => void
  readonly onRetained: (retained: Retained) => void
}

/**
 * Deletes builds that `rule` or their job's own rule no longer keeps. A pass looks at every build.
 */
export function retentionTask(ports: RetentionTaskPorts, rule: RetentionRule): MaintenanceTask {
  const pass = async () => {
    ports.onRetained(await applyRetention(ports, rule, ports.clock(), ports.onExpired))
  }
  return { name: 'apply-retention', paceMs: HOUR_MS, retryMs: 2 * SECOND_MS, nextPass: async () => pass }
}

export interface SpacePorts extends SweepPorts, ReclaimPorts {
  readonly clock: Clock
  readonly onReclaimed: (reclaimed: Reclaimed) => void
}

export interface SpacePaces {
  readonly paceMs: number
  /** How often packs are looked through without a sweep, for what a crash left. */
  readonly reclaimEveryMs: number
}

const SPACE_PACES: SpacePaces = { paceMs: 2 * SECOND_MS, reclaimEveryMs: 10 * MINUTE_MS }

/**
 * Bring back the space of deleted logs: one removes the rows of their frames, the other frees
 * packs, after every sweep and from time to time.
 */
export function spaceTasks(
  ports: SpacePorts,
  { paceMs, reclaimEveryMs } = SPACE_PACES,
): readonly MaintenanceTask[] {
  let reclaimAtMs = ports.clock()
  const sweep = async () => {
    try {
      if ((await sweepRemovedLogs(ports)) > 0) reclaimAtMs = 0
    } catch (error) {
      // Some logs may have been swept before the failure.
      reclaimAtMs = 0
      throw error
    }
  }
  const reclaim = async (signal: AbortSignal) => {
    reclaimAtMs = ports.clock() + reclaimEveryMs
    try {
      for (let more = true; more && !signal.aborted; ) {
        const reclaimed = await reclaimPacks(ports)
        ports.onReclaimed(reclaimed)
        more = reclaimed.droppedPacks > 0
      }
    } catch (error) {
      reclaimAtMs = 0
      throw error
    }
  }
  return [
    { name: 'sweep-removed-logs', paceMs, nextPass: async () => sweep },
    {
      name: 'reclaim-packs',
      paceMs,
      nextPass: async () => (ports.clock() >= reclaimAtMs ? reclaim : undefined),
    },
  ]
}
