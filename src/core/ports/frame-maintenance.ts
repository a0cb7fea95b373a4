import type { LogId } from '../../contract/quantities.ts'
import type { Frame, PackId } from './pack-store.ts'

/** A pack of which less than half is alive. */
export interface SparsePack {
  readonly pack: PackId
  /** Where its used part ends. */
  readonly endPosition: number
  /** Stored bytes that rows name. */
  readonly liveBytes: number
}

/** A frame that was stored again: the same log bytes in two places. */
export interface FrameMove {
  readonly from: Frame
  readonly to: Frame
}

/**
 * What maintenance does to the frame table, besides adding rows. Callers take turns with those that
 * add rows (`Coordination.inTurn`).
 */
export interface FrameMaintenance {
  /**
   * Removes rows of these logs, at most `limit`, durable when this resolves. Resolves to how many
   * were removed; fewer than `limit` when none is left.
   */
  removeFrames(logs: readonly LogId[], limit: number): Promise<number>

  /**
   * Packs of which rows name less than half, those with the fewest live bytes first, at most
   * `limit`. A pack that never had a row is not listed.
   */
  sparsePacks(limit: number): Promise<readonly SparsePack[]>

  /** Stored bytes of a pack that rows name; 0 for an unknown one. */
  liveBytes(pack: PackId): Promise<number>

  /**
   * Makes rows that still name `from` name `to` instead, all in one step, durable when this
   * resolves. A row that is gone or has moved is left as it is. Resolves to how many moved.
   */
  moveFrames(moves: readonly FrameMove[]): Promise<number>

  /** Forgets a pack that was dropped. A pack that rows still name stays known. */
  forgetPack(pack: PackId): Promise<void>
}
