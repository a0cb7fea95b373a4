import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'

/**
 * Wakes listeners when a log or a build changed. It is only a hint: a listener who misses one finds
 * what is new by reading again.
 */
export interface Notifier {
  /**
   * Says that the log grew to `head` or changed its state. Never fails and never waits for
   * listeners.
   */
  announce(log: LogId, head: ByteOffset): void

  /** Starts to listen at once: nothing announced after this call is missed. */
  listen(log: LogId): Hints

  /** Says that the build or the state of one of its steps changed; otherwise like `announce`. */
  announceBuild(project: ProjectId, record: RecordId): void

  /** Like `listen`, for a build. */
  listenBuild(project: ProjectId, record: RecordId): Hints
}

/** What a listener hears. Disposing of it stops listening. */
export interface Hints extends Disposable {
  /**
   * Resolves to true as soon as something has been announced since the last call (or since
   * `listen`), and to false after `timeoutMs` or when `signal` aborts.
   */
  changed(timeoutMs: number, signal: AbortSignal): Promise<boolean>
}
