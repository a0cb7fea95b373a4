import { isTailraceError } from '../../contract/errors.ts'
import type { Journal } from '../../core/ports/journal.ts'
import type { Metrics } from './metrics.ts'

/**
 * The same journal, of which appends are counted and timed: those that it stored, and those that its medium did not take. One that does not fit
 * the log, as each log's first before it is live, is neither.
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
