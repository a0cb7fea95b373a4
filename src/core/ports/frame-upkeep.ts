import type { LogId } from './journal.ts'

/** What upkeep does to the frame table, beside adding rows. Its callers take turns with those that add rows (keep/in-turn.ts). */
export interface FrameUpkeep {
  /** Removes rows of these logs, at most `limit`, durable when this resolves. Resolves to how many; fewer than `limit` when none is left. */
  removeFrames(logs: readonly LogId[], limit: number): Promise<number>
}
