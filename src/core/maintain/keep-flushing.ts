import type { InTurn } from '../ports/coordination.ts'
import { type FlushPorts, flushFrames } from './flush-frames.ts'

export interface FlushLoopOptions {
  /** At least this long between two passes, so that one pass and its commits serve many logs. */
  readonly paceMs: number
  /** After a failed pass. */
  readonly retryMs: number
  /** Shared with all that changes the frame table. */
  readonly inTurn: InTurn
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  readonly onError: (error: unknown) => void
}

/** Flushes whatever becomes due until `signal` aborts; a pass under way is finished. Never rejects: failures go to `onError` and the pass is tried again. */
export async function keepFlushing(
  ports: FlushPorts,
  options: FlushLoopOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const due = await ports.journal.due(signal)
      if (due.length > 0) await options.inTurn(() => flushFrames(ports, due))
      await options.wait(options.paceMs, signal)
    } catch (error) {
      options.onError(error)
      await options.wait(options.retryMs, signal)
    }
  }
}
