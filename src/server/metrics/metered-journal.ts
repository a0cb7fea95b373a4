import { isTailraceError } from '../../contract/errors.ts'
import type { Journal } from '../../core/ports/journal.ts'
import type { Metrics } from './metrics.ts'

/**
 * Counts and times the appends of `journal`: those that it stored, and those that its medium did
 * not accept. An append that does not fit the log counts as neither, such as the first of a log
 * that is not live yet.
 */
export function meteredJournal(journal: Journal, { appendSeconds, appendedBytes }: Metrics): Journal {
  return {
    open: (log, head) => journal.open(log, head),
    extent: log => journal.extent(log),
    read: (log, from, to) => journal.read(log, from, to),
    close: log => journal.close(log),
    due: signal => journal.due(signal),
    release: (log, upTo) => journal.release(log, upTo),
    [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
    async append(log, at, bytes, arrivedAtMs) {
      const end = appendSeconds.startTimer()
      try {
        const head = await journal.append(log, at, bytes, arrivedAtMs)
        appendedBytes.inc(bytes.length)
        end({ outcome: 'stored' })
        return head
      } catch (error) {
        if (isTailraceError(error, 'store-unavailable')) end({ outcome: 'refused' })
        throw error
      }
    },
  }
}
