import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '../../client/server-unreachable.ts'
import { isTailraceError } from '../../contract/errors.ts'
import { retryDelayMs } from './retry-delay.ts'
import { type Delivered, StepUpload, type UploadOptions } from './step-upload.ts'

const RETRY_AFTER_MAX_MS = 60_000

export interface DeliveryOptions extends UploadOptions {
  /** Called with each transient failure. */
  readonly onTrouble: (error: unknown) => void
}

/** Delivers a log, however often the server fails meanwhile. Rejects with the signal's reason, or with a refusal that would come again. */
export async function deliverLog(options: DeliveryOptions): Promise<Delivered> {
  const { signal, onTrouble } = options
  let failures = 0
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
      await sleep(Math.max(retryDelayMs(++failures), askedDelayMs(error)), undefined, { signal })
    }
  }
}

/** What the server asked for by Retry-After. */
function askedDelayMs(error: unknown): number {
  const seconds = isTailraceError(error) ? (error.detail.retryAfterSeconds ?? 0) : 0
  return Math.min(seconds * 1000, RETRY_AFTER_MAX_MS)
}
