import { isTailraceError } from '../../contract/errors.ts'
import type { LogId } from '../ports/journal.ts'
import type { WritePorts } from '../write/live-logs.ts'

export type EndLogPorts = Pick<WritePorts, 'journal' | 'notifier' | 'locks' | 'digests' | 'lastAppends'>

/**
 * Ends logs that the catalog no longer has: appends under way are refused or forgotten with the rest, the journal gives up their
 * bytes, and nothing can open them again, because whoever would asks the catalog first under the same lock. Repeats are harmless.
 */
export async function endLogs(ports: EndLogPorts, logs: readonly LogId[]): Promise<void> {
  await Promise.all(logs.map(log => ports.locks.hold(log, () => endLog(ports, log))))
}

async function endLog(ports: EndLogPorts, log: LogId): Promise<void> {
  const { journal, notifier, digests, lastAppends } = ports
  if ((await journal.extent(log)) !== undefined) {
    const head = await journal.close(log).catch(unlessGone)
    if (head !== undefined) await journal.release(log, head)
  }
  digests.forget(log)
  lastAppends.delete(log)
  notifier.announce(log, 0)
}

/** A closed log whose last bytes were flushed meanwhile is not live any more. */
function unlessGone(error: unknown): undefined {
  if (!isTailraceError(error, 'offset-conflict')) throw error
}
