import { DEFAULT_RETRIES, type RetryOptions } from '../../client/repeat.ts'
import { retrySpanMs } from '../../client/retry-delay.ts'
import type { CommandIo } from '../command-line/command.ts'
import { clearProgress } from '../terminal/transfer-progress.ts'

/** A server that fails again and again, or limits a long transfer, is told of so often. */
const TOLD_EVERY_MS = 60_000

/** Tells on stderr that a call is tried again, and how long; not for each of its tries. */
export function retryNotice(
  io: Pick<CommandIo, 'complain'>,
  retries = DEFAULT_RETRIES,
  now: () => number = Date.now,
): Required<Pick<RetryOptions, 'onRetry'>> {
  let toldMs = Number.NEGATIVE_INFINITY
  return {
    onRetry: (failure, delayMs) => {
      if (now() - toldMs < TOLD_EVERY_MS) return
      toldMs = now()
      const spanMs = Math.max(retrySpanMs(retries), delayMs)
      clearProgress()
      io.complain(`tailrace: ${failure.message}; trying again for about ${spanText(spanMs)}\n`)
    },
  }
}

function spanText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}
