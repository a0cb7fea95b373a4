import { setTimeout as sleep } from 'node:timers/promises'
import {
  applyRetention,
  type ExpiredBuild,
  type Retained,
  type RetentionPorts,
} from '../../core/maintain/apply-retention.ts'
import { type Reclaimed, type ReclaimPorts, reclaimPacks } from '../../core/maintain/reclaim-packs.ts'
import { type SweepPorts, sweepRemovedLogs } from '../../core/maintain/sweep-removed-logs.ts'
import type { RetentionRule } from '../../core/ports/retention-catalog.ts'

/** How soon the space of what was deleted begins to come back. */
const SWEEP_EVERY_MS = 2000
/** Packs are looked through after a sweep, and every so many passes for what a crash or failure left over. */
const RECLAIM_EVERY_PASSES = 300

/** Retention looks at every build. */
const RETAIN_EVERY_PASSES = 1800

/** What upkeep of space works on, and the server's own rule of retention. */
export interface SpacePorts extends SweepPorts, ReclaimPorts, RetentionPorts {
  readonly rule: RetentionRule
}

/** Hears of what upkeep of space did. */
export interface SpaceListener {
  readonly onRetained: (retained: Retained) => void
  readonly onExpired: (build: ExpiredBuild) => void
  readonly onReclaimed: (reclaimed: Reclaimed) => void
  readonly onError: (error: unknown) => void
}

/** Brings back space until `signal` aborts; a pass under way is finished. Never rejects: failures go to `onError`, and the work is tried again. */
export async function keepSpace(
  ports: SpacePorts,
  listener: SpaceListener,
  signal: AbortSignal,
): Promise<void> {
  for (let pass = 0; !signal.aborted; pass++) {
    try {
      if (pass % RETAIN_EVERY_PASSES === 0)
        listener.onRetained(await applyRetention(ports, ports.rule, Date.now(), listener.onExpired))
      const swept = await sweepRemovedLogs(ports)
      if (swept > 0 || pass % RECLAIM_EVERY_PASSES === 0) await reclaimAll(ports, listener, signal)
    } catch (error) {
      listener.onError(error)
      // What was swept before is reclaimed by the pass that succeeds.
      pass = -1
    }
    await sleep(SWEEP_EVERY_MS, undefined, { signal }).catch(() => {})
  }
}

async function reclaimAll(
  ports: ReclaimPorts,
  { onReclaimed }: SpaceListener,
  signal: AbortSignal,
): Promise<void> {
  for (let more = true; more && !signal.aborted; ) {
    const reclaimed = await reclaimPacks(ports)
    onReclaimed(reclaimed)
    more = reclaimed.droppedPacks > 0
  }
}
