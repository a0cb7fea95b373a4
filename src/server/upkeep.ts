import { setTimeout as sleep } from 'node:timers/promises'
import { type SweepPorts, sweepRemovedLogs } from '../core/keep/sweep-removed-logs.ts'

/** How soon the space of what was deleted begins to come back. */
const SWEEP_EVERY_MS = 2000

/** Brings back space until `signal` aborts; a pass under way is finished. Never rejects: failures go to `onError`, and the work is tried again. */
export async function keepSpace(
  ports: SweepPorts,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sweepRemovedLogs(ports).catch(onError)
    await sleep(SWEEP_EVERY_MS, undefined, { signal }).catch(() => {})
  }
}
