import type { ByteOffset } from '../../contract/quantities.ts'
import type { LogId } from './journal.ts'

/** Tells those who wait that a log changed. Only a hint: whoever misses one finds the head by reading it again. */
export interface Notifier {
  /** The log grew to `head`, or changed its state. Never fails, never waits for listeners. */
  announce(log: LogId, head: ByteOffset): void

  /** Begins to listen at once, so that nothing announced after this call is missed. */
  listen(log: LogId): Hints
}

/** Ends with `using`. */
export interface Hints extends Disposable {
  /** Resolves to true as soon as something was announced since the last call (or since `listen`), to false after `timeoutMs` or when `signal` aborts. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<boolean>
}
