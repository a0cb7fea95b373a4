import type { EpochMs, LogId } from '../../contract/quantities.ts'
import type { BuildCatalog, RunningLog, StepCensus } from '../ports/build-catalog.ts'
import type { LogLocks } from '../ports/coordination.ts'
import type { Journal } from '../ports/journal.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { LogReader } from '../read/reader/log-reader.ts'
import type { Quotas } from '../write/quotas.ts'

export interface AbandonPorts {
  readonly builds: BuildCatalog
  readonly census: StepCensus
  readonly journal: Journal
  readonly reader: LogReader
  readonly notifier: Notifier
  readonly locks: LogLocks
  readonly quotas: Quotas
}

const BATCH_LOGS = 1000

/**
 * Marks running steps as abandoned whose writer has fallen silent (docs/api.md §4): they stay
 * readable, are shown as incomplete, and run again with the next append. `lastAppendAtMs` returns
 * since when a log is silent; one that it does not know counts from `sinceMs`, so that a restart
 * gives every writer the whole time again. Resolves to how many were abandoned.
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
    const running = await ports.census.runningLogs(after, BATCH_LOGS)
    for (const one of running) if (silent(one.log) && (await abandon(ports, one, silent))) abandoned++
    const last = running.at(-1)
    if (last === undefined || running.length < BATCH_LOGS) return abandoned
    after = last.log
  }
}

function abandon(
  { builds, journal, reader, notifier, locks, quotas }: AbandonPorts,
  { log, projectId, recordId }: RunningLog,
  silent: (log: LogId) => boolean,
): Promise<boolean> {
  return locks.hold(log, async () => {
    const extent = await journal.extent(log)
    if (extent !== undefined) await journal.close(log)
    // An append came before the close: the writer is not silent.
    if (!silent(log)) {
      if (extent !== undefined) await journal.open(log, extent.head)
      return false
    }
    const head = await reader.head(log)
    if (!(await builds.changeStep(log, ['running'], { state: 'abandoned' }))) return false
    quotas.endLog(log)
    notifier.announce(log, head)
    notifier.announceBuild(projectId, recordId)
    return true
  })
}
