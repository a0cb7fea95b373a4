import { Retries, repeat } from '../../client/repeat.ts'
import { isTransient } from '../../client/server-unreachable.ts'
import { type Delivered, StepUpload, type UploadOptions } from './step-upload.ts'

export interface DeliveryOptions extends UploadOptions {
  /** Called with each transient failure. */
  readonly onTrouble: (error: Error) => void
  /** Ends the wait before the next try, once: the command has ended, and its caller waits. */
  readonly hurry?: AbortSignal
}

/**
 * Delivers a log, however often the server fails meanwhile. The client must not retry: here, the
 * whole delivery is repeated, from the head that the server has. Rejects with the signal's reason,
 * or with a failure that is not transient.
 */
export function deliverLog(options: DeliveryOptions): Promise<Delivered> {
  const { signal, hurry, onTrouble } = options
  const tries = new Retries({ retries: Number.POSITIVE_INFINITY, onRetry: onTrouble, signal }, hurry)
  const upload = new StepUpload({
    ...options,
    onProgress(head) {
      tries.progress()
      options.onProgress(head)
    },
  })
  return repeat(() => upload.run(), isTransient, tries)
}
