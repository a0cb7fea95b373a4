import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'

/** Tells those who wait that a log or a build changed. Only a hint: whoever misses one finds what is new by reading it again. */
export interface Notifier {
  /** The log grew to `head`, or changed its state. Never fails, never waits for listeners. */
  announce(log: LogId, head: ByteOffset): void

  /** Begins to listen at once, so that nothing announced after this call is missed. */
  listen(log: LogId): Hints

  /** The build, or the state of one of its steps, changed; otherwise as `announce`. */
  announceBuild(project: ProjectId, record: RecordId): void

  /** As `listen`, to what is announced of a build. */
  listenBuild(project: ProjectId, record: RecordId): Hints
}

/** Ends with `using`. */
export interface Hints extends Disposable {
  /** Resolves to true as soon as something was announced since the last call (or since `listen`), to false after `timeoutMs` or when `signal` aborts. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<boolean>
}
