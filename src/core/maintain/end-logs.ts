import { isTailraceError } from '../../contract/errors.ts'
import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { LogId } from '../../contract/quantities.ts'
import type { WritePorts } from '../write/live-logs.ts'

export type EndLogPorts = Pick<
  WritePorts,
  'journal' | 'notifier' | 'locks' | 'digests' | 'lastAppends' | 'quotas'
>

/** A build that the catalog no longer has counts no more, and whoever follows it hears so. */
export function endBuild(
  { notifier, quotas }: Pick<EndLogPorts, 'notifier' | 'quotas'>,
  projectId: ProjectId,
  recordId: RecordId,
): void {
  quotas.endBuild({ projectId, recordId })
  notifier.announceBuild(projectId, recordId)
}

/**
 * Ends logs that the catalog no longer has: appends under way are refused or forgotten with the rest, and nothing can open them again, because
 * whoever would asks the catalog first under the same lock. The journal gives up their bytes with the next flush, in its turn. Repeats are harmless.
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

/** A closed log whose last bytes were flushed meanwhile is not live any more. */
function unlessGone(error: unknown): void {
  if (!isTailraceError(error, 'log-not-live')) throw error
}
