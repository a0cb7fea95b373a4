/** The one loop in which calls, downloads and deliveries are tried again. */
import { isTailraceError } from '../contract/errors.ts'

/** How often a call is retried. */
export interface RetryOptions {
  /**
   * Further tries after a transient failure: 0 for a single try, `Infinity` to try until the signal
   * is aborted. Default: `DEFAULT_RETRIES`.
   */
  readonly retries?: number
  /** Called before each further try. */
  readonly onRetry?: (failure: Error, delayMs: number) => void
  /** Cancels the call. */
  readonly signal?: AbortSignal
}

export const DEFAULT_RETRIES = 5
/** A call waits no longer than this, even if the server asks for it. */
const PAUSE_MAX_MS = 120_000
const FIRST_MS = 250
const MOST_MS = 10_000

/**
 * Counts the tries of one call and waits between them: as long as `retryDelayMs` says, or longer if
 * the server asks for it with Retry-After.
 */
export class Retries {
  readonly #options: RetryOptions
  /** When aborted, the next wait ends at once. */
  #hurry: AbortSignal | undefined
  #failures = 0

  constructor(options: RetryOptions, hurry?: AbortSignal) {
    this.#options = options
    this.#hurry = hurry
  }

  /** The call made progress: its tries are counted from zero again. */
  progress(): void {
    this.#failures = 0
  }

  /**
   * Resolves when it is time for another try. Rejects with the failure when no try is left or the
   * server asks for too long a pause, and with the signal's reason.
   */
  async after(failure: unknown): Promise<void> {
    const { retries = DEFAULT_RETRIES, onRetry, signal } = this.#options
    signal?.throwIfAborted()
    const delayMs = Math.max(retryDelayMs(++this.#failures), askedPauseMs(failure))
    const endless = retries === Number.POSITIVE_INFINITY
    if (!(failure instanceof Error) || this.#failures > retries) throw failure
    if (delayMs > PAUSE_MAX_MS && !endless) throw failure
    const pauseMs = Math.min(delayMs, PAUSE_MAX_MS)
    onRetry?.(failure, pauseMs)
    await this.#pause(pauseMs, signal)
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const hurry = this.#hurry
    const signals = [signal, hurry].filter(one => one !== undefined)
    try {
      await wait(ms, AbortSignal.any(signals))
    } catch (error) {
      signal?.throwIfAborted()
      if (hurry?.aborted !== true) throw error
    }
    // Only one wait is cut short, so that a server that is down is not called without a pause.
    if (hurry?.aborted === true) this.#hurry = undefined
  }
}

/**
 * Calls until it succeeds. Rejects with a failure that `mayRepeat` denies, and as `Retries.after`.
 */
export async function repeat<T>(
  call: () => Promise<T>,
  mayRepeat: (failure: unknown) => boolean,
  tries: Retries,
): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (failure) {
      if (!mayRepeat(failure)) throw failure
      await tries.after(failure)
    }
  }
}

/**
 * The wait before try `attempt` (1, 2, …) after a failure, in milliseconds. Doubles from 250 to
 * 10,000; chance shortens it by up to a half, so that clients do not return all at once.
 */
export function retryDelayMs(attempt: number, chance: () => number = Math.random): number {
  const full = Math.min(FIRST_MS * 2 ** (attempt - 1), MOST_MS)
  return full * (1 - chance() / 2)
}

/** The sum of the waits before `retries` tries, in milliseconds, where chance shortens none. */
export function retrySpanMs(retries: number): number {
  return Array.from({ length: retries }, (_, at) => retryDelayMs(at + 1, () => 0)).reduce((a, b) => a + b, 0)
}

/** Resolves after `ms`. Rejects with the signal's reason as soon as it is aborted. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function askedPauseMs(failure: unknown): number {
  return isTailraceError(failure) ? (failure.detail.retryAfterSeconds ?? 0) * 1000 : 0
}
