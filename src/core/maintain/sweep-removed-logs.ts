import type { InTurn } from '../ports/coordination.ts'
import type { FrameMaintenance } from '../ports/frame-maintenance.ts'
import type { DeletePorts } from './delete-build.ts'
import { endLogs } from './end-logs.ts'

export interface SweepPorts extends DeletePorts {
  readonly frameMaintenance: FrameMaintenance
  /** Shared with the flush: a pass that began before a removal may still add rows. */
  readonly inTurn: InTurn
}

const LOGS_AT_ONCE = 100
/** So few that no request waits long for the catalog. */
const ROWS_AT_ONCE = 1000

/**
 * Removes what is left of deleted logs: their bytes in the journal, if a deletion was interrupted,
 * and their rows in the frame table. The bytes in packs then have no row (reclaimPacks). After a
 * failure the rest is removed next time. Resolves to how many logs were removed.
 */
export async function sweepRemovedLogs(ports: SweepPorts): Promise<number> {
  for (let swept = 0; ; ) {
    const logs = await ports.removal.removedLogs(LOGS_AT_ONCE)
    if (logs.length === 0) return swept
    await endLogs(ports, logs)
    const removeSome = () => ports.frameMaintenance.removeFrames(logs, ROWS_AT_ONCE)
    while ((await ports.inTurn(removeSome)) === ROWS_AT_ONCE);
    await ports.removal.forgetLogs(logs)
    swept += logs.length
  }
}
