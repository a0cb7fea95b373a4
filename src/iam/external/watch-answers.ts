import { isTailraceError } from '../../contract/errors.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { AskKeystone } from './ask-keystone.ts'

/** Learns how the external IAM is doing. */
export interface AnswerWatch {
  /** Called after each question. */
  answered(outcome: 'known' | 'unknown' | 'failed'): void
  /**
   * Called at most once a minute while the IAM does not answer as it should. The cause of the error
   * says why.
   */
  failing(error: Error): void
}

const REPORT_EVERY_MS = 60_000

/**
 * The same IAM, whose answers are reported. Requests that fail because of it are not failures of
 * this server, and strangers could flood the log if each were logged.
 */
export function watchAnswers(ask: AskKeystone, watch: AnswerWatch, now: () => EpochMs): AskKeystone {
  let reportedMs = Number.NEGATIVE_INFINITY
  return async token => {
    try {
      const known = await ask(token)
      watch.answered(known === undefined ? 'unknown' : 'known')
      return known
    } catch (error) {
      if (isTailraceError(error, 'iam-unavailable')) {
        watch.answered('failed')
        if (now() - reportedMs >= REPORT_EVERY_MS) {
          reportedMs = now()
          watch.failing(error)
        }
      }
      throw error
    }
  }
}
