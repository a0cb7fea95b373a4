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

/** One frame at two places: the same log bytes, stored again. */
export interface FrameMove {
  readonly from: Frame
  readonly to: Frame
}

/** What upkeep does to the frame table, beside adding rows. Its callers take turns with those that add rows (`Coordination.inTurn`). */
export interface FrameMaintenance {
  /** Removes rows of these logs, at most `limit`, durable when this resolves. Resolves to how many; fewer than `limit` when none is left. */
  removeFrames(logs: readonly LogId[], limit: number): Promise<number>

  /** Packs of which rows name less than half, those with the least alive first, at most `limit`. A pack of which no row was ever added is not among them. */
  sparsePacks(limit: number): Promise<readonly SparsePack[]>

  /** Stored bytes of a pack that rows name; 0 for an unknown one. */
  liveBytes(pack: PackId): Promise<number>

  /** Rows that still name `from` name `to` instead, all in one step, durable when this resolves; a row that is gone or elsewhere stays so. Resolves to how many moved. */
  moveFrames(moves: readonly FrameMove[]): Promise<number>

  /** Forgets a pack that is dropped; one that rows name stays known. */
  forgetPack(pack: PackId): Promise<void>
}
