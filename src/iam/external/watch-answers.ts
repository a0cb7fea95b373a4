import { isTailraceError } from '../../contract/errors.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { AskKeystone } from './ask-keystone.ts'

/** Told how the external IAM fares. */
export interface AnswerWatch {
  /** Each time it was asked. */
  answered(outcome: 'known' | 'unknown' | 'failed'): void
  /** It does not answer as it should; once a minute at most. The error's cause tells why. */
  failing(error: Error): void
}

const REPORT_EVERY_MS = 60_000

/** The same IAM, of whose answers is told. Requests that fail for it are no failures of this server, and each of them logged would be a flood that strangers can cause. */
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
