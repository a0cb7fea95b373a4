import { isTailraceError } from '../../contract/errors.ts'
import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { LogId } from '../../contract/quantities.ts'
import type { WritePorts } from '../write/live-logs.ts'

export type EndLogPorts = Pick<
  WritePorts,
  'journal' | 'notifier' | 'locks' | 'digests' | 'lastAppends' | 'quotas'
>

/** Call after the catalog has removed the build: stops counting it, and informs its followers. */
export function endBuild(
  { notifier, quotas }: Pick<EndLogPorts, 'notifier' | 'quotas'>,
  projectId: ProjectId,
  recordId: RecordId,
): void {
  quotas.endBuild({ projectId, recordId })
  notifier.announceBuild(projectId, recordId)
}

/**
 * Ends logs that the catalog has removed. Appends in progress are rejected or deleted with the
 * rest. Nothing can open the logs again, because opening asks the catalog first, under the same
 * lock. The next flush releases their bytes in the journal. Repeats are harmless.
 */
export async function endLogs(ports: EndLogPorts, logs: readonly LogId[]): Promise<void> {
  await Promise.all(logs.map(log => ports.locks.hold(log, () => endLog(ports, log))))
}

async function endLog(ports: EndLogPorts, log: LogId): Promise<void> {
  const { journal, notifier, digests, lastAppends, quotas } = ports
  if ((await journal.extent(log)) !== undefined) await journal.close(log).catch(unlessGone)
  digests.forget(log)
  lastAppends.delete(log)
  quotas.endLog(log)
  notifier.announce(log, 0)
}

/** A closed log is no longer live after its last bytes were flushed. */
function unlessGone(error: unknown): void {
  if (!isTailraceError(error, 'log-not-live')) throw error
}
