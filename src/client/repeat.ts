import { isTailraceError } from '../contract/errors.ts'
import { retryDelayMs } from './retry-delay.ts'
import { wait } from './wait.ts'

/** How often a call is made again. */
export interface RetryOptions {
  /** Further tries after a failure that may pass: 0 for one try only, `Infinity` until the signal is aborted. */
  readonly retries?: number
  /** Told before each further try. */
  readonly onRetry?: (failure: Error, delayMs: number) => void
  /** Gives the call up. */
  readonly signal?: AbortSignal
}

export const DEFAULT_RETRIES = 5
/** A server that asks for a longer pause is not waited for. */
const PAUSE_MAX_MS = 120_000

/** Counts the tries of one call, and waits between them: the back-off of `retryDelayMs`, or longer where the answer's Retry-After says so. */
export class Retries {
  readonly #options: RetryOptions
  #failures = 0

  constructor(options: RetryOptions) {
    this.#options = options
  }

  /** The call went forward: the count begins anew. */
  progress(): void {
    this.#failures = 0
  }

  /** Resolves when it is time for another try; rejects with the failure when there is none left, and with the signal's reason. */
  async after(failure: unknown): Promise<void> {
    const { retries = DEFAULT_RETRIES, onRetry, signal } = this.#options
    const delayMs = Math.max(retryDelayMs(++this.#failures), askedPauseMs(failure))
    if (this.#failures > retries || delayMs > PAUSE_MAX_MS || !(failure instanceof Error)) throw failure
    onRetry?.(failure, delayMs)
    await wait(delayMs, signal)
  }
}

function askedPauseMs(failure: unknown): number {
  return isTailraceError(failure) ? (failure.detail.retryAfterSeconds ?? 0) * 1000 : 0
}

/** Calls until it succeeds. Rejects with a failure that `mayRepeat` denies, and as `Retries.after`. */
export async function repeat<T>(
  call: () => Promise<T>,
  mayRepeat: (failure: unknown) => boolean,
  options: RetryOptions,
): Promise<T> {
  const tries = new Retries(options)
  for (;;) {
    try {
      return await call()
    } catch (failure) {
      if (!mayRepeat(failure)) throw failure
      await tries.after(failure)
    }
  }
}
