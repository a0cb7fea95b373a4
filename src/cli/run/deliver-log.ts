import { setTimeout as sleep } from 'node:timers/promises'
import { retryDelayMs } from '../../client/retry-delay.ts'
import { isTransient } from '../../client/server-unreachable.ts'
import { isTailraceError } from '../../contract/errors.ts'
import { type Delivered, StepUpload, type UploadOptions } from './step-upload.ts'

const RETRY_AFTER_MAX_MS = 60_000

export interface DeliveryOptions extends UploadOptions {
  /** Called with each transient failure. */
  readonly onTrouble: (error: unknown) => void
  /** Ends the wait before the next try: the command has ended, and nobody likes to wait. */
  readonly hurry?: AbortSignal
}

/** Delivers a log, however often the server fails meanwhile. Rejects with the signal's reason, or with a refusal that would come again. */
export async function deliverLog(options: DeliveryOptions): Promise<Delivered> {
  const { signal, onTrouble, hurry } = options
  let failures = 0
  let hurried = false
  const upload = new StepUpload({
    ...options,
    onProgress(head) {
      failures = 0
      options.onProgress(head)
    },
  })
  for (;;) {
    try {
      return await upload.run()
    } catch (error) {
      signal.throwIfAborted()
      if (!isTransient(error)) throw error
      onTrouble(error)
      const delayMs = Math.max(retryDelayMs(++failures), askedDelayMs(error))
      hurried = await waited(delayMs, signal, hurried ? undefined : hurry)
    }
  }
}

/** Resolves to whether the hurry ended the wait, which it does once. Rejects with the signal's reason. */
async function waited(
  delayMs: number,
  signal: AbortSignal,
  hurry: AbortSignal | undefined,
): Promise<boolean> {
  const wake = hurry === undefined ? signal : AbortSignal.any([signal, hurry])
  await sleep(delayMs, undefined, { signal: wake }).catch(() => {})
  signal.throwIfAborted()
  return hurry === undefined || hurry.aborted
}

/** What the server asked for by Retry-After. */
function askedDelayMs(error: unknown): number {
  const seconds = isTailraceError(error) ? (error.detail.retryAfterSeconds ?? 0) : 0
  return Math.min(seconds * 1000, RETRY_AFTER_MAX_MS)
}
