import type { EpochMs, LogId } from '../../contract/quantities.ts'

/** Runs `work` after all work passed to it earlier has ended. Settles as `work` does. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Changes of one log's state, one at a time. */
export interface LogLocks {
  /**
   * Runs `work` after all earlier work on this log has ended; work on other logs continues
   * meanwhile. Settles as `work` does.
   */
  hold<T>(log: LogId, work: () => Promise<T>): Promise<T>
}

/** When logs got their last append. A log that got none is not in it. */
export interface LastAppends {
  get(log: LogId): EpochMs | undefined
  set(log: LogId, atMs: EpochMs): void
  delete(log: LogId): void
}

/** Keeps packs in place while a snapshot is copied or checked. */
export interface PackPins {
  /** True while packs must not be dropped or rewritten. They may still grow. */
  readonly isHeld: boolean
}

/**
 * What everyone who changes a store must agree on. Each part holds for all processes that have the
 * store open at the same time. Only one process can open the embedded store, so there all of it is
 * in the memory of that process and starts empty with it; a store that several nodes serve must
 * answer for all of them.
 *
 * Two things are per process in every store and therefore not here. Quotas are counted by the
 * process that admits the work: on several nodes a limit holds for each node. Running digests only
 * save a second read of the log.
 */
export interface Coordination {
  readonly locks: LogLocks
  readonly lastAppends: LastAppends
  /**
   * For whatever changes the frame table: a flush from its first look at the catalog until its rows
   * are durable, the removal of rows, a move of frames to another pack. Between two turns,
   * everything that was written either has its rows or never gets any.
   */
  readonly inTurn: InTurn
  readonly packPins: PackPins
}
