import { DEFAULT_RETRIES, type RetryOptions, retrySpanMs } from '../../client/repeat.ts'
import type { CommandIo } from '../command-line/command.ts'
import { clearProgress } from '../terminal/transfer-progress.ts'

/** The shortest time between two notices, for a server that fails again and again. */
const NOTICE_EVERY_MS = 60_000

/** Says on stderr that a call is retried, and for how long; not for each try. */
export function retryNotice(
  io: Pick<CommandIo, 'warn'>,
  retries = DEFAULT_RETRIES,
  now: () => number = Date.now,
): Required<Pick<RetryOptions, 'onRetry'>> {
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    onRetry: (failure, delayMs) => {
      if (now() - lastMs < NOTICE_EVERY_MS) return
      lastMs = now()
      const spanMs = Math.max(retrySpanMs(retries), delayMs)
      clearProgress()
      io.warn(`tailrace: ${failure.message}; trying again for about ${spanText(spanMs)}\n`)
    },
  }
}

function spanText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}
