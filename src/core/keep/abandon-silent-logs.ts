import type { EpochMs } from '../../contract/quantities.ts'
import type { BuildCatalog, StepCensus } from '../ports/build-catalog.ts'
import type { Journal, LogId } from '../ports/journal.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { LogLocks } from '../write/log-locks.ts'

export interface AbandonPorts {
  readonly builds: BuildCatalog
  readonly census: StepCensus
  readonly journal: Journal
  readonly notifier: Notifier
  readonly locks: LogLocks
}

const BATCH_LOGS = 1000

/**
 * Marks running steps whose writer fell silent as abandoned (api.md §4): readable, shown as incomplete, and made running again by an append.
 * `lastAppendAtMs` answers since when a log is silent; what it does not know counts from `sinceMs`, so that a restart gives every writer the whole time again.
 * Resolves to how many were abandoned.
 */
export async function abandonSilentLogs(
  ports: AbandonPorts,
  lastAppendAtMs: (log: LogId) => EpochMs | undefined,
  sinceMs: EpochMs,
  silentBeforeMs: EpochMs,
): Promise<number> {
  const silent = (log: LogId) => (lastAppendAtMs(log) ?? sinceMs) < silentBeforeMs
  let abandoned = 0
  let after = 0
  for (;;) {
    const logs = await ports.census.runningLogs(after, BATCH_LOGS)
    for (const log of logs.filter(silent)) if (await abandon(ports, log, silent)) abandoned++
    const last = logs.at(-1)
    if (last === undefined || logs.length < BATCH_LOGS) return abandoned
    after = last
  }
}

function abandon(
  { builds, journal, notifier, locks }: AbandonPorts,
  log: LogId,
  silent: (log: LogId) => boolean,
): Promise<boolean> {
  return locks.hold(log, async () => {
    const extent = await journal.extent(log)
    if (extent !== undefined) await journal.close(log)
    // An append that came before the close has spoken for the writer after all.
    if (!silent(log)) {
      if (extent !== undefined) await journal.open(log, extent.head)
      return false
    }
    const changed = await builds.changeStep(log, ['running'], { state: 'abandoned' })
    if (changed && extent !== undefined) notifier.announce(log, extent.head)
    return changed
  })
}
