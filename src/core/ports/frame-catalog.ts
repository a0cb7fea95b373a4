import type { ByteOffset, LineNumber, LogId } from '../../contract/quantities.ts'
import type { Frame, PackId } from './pack-store.ts'

/** Where the packed part of a log ends. */
export interface PackedEnd {
  readonly end: ByteOffset
  /** Line ends in the packed part. */
  readonly lines: LineNumber
}

/**
 * The frame table: which frames a log is made of. A log's frames join without gap or overlap from
 * offset 0.
 */
export interface FrameCatalog {
  /**
   * Adds rows, all or none; they are durable when this resolves. Rejects with `offset-conflict`,
   * and adds none, unless each begins where the packed part of its log ends.
   */
  addFrames(frames: readonly Frame[]): Promise<void>

  /** The first frames with bytes of `[from, to)`, in order, at most `limit`. */
  framesOf(log: LogId, from: ByteOffset, to: ByteOffset, limit: number): Promise<readonly Frame[]>

  /**
   * The frame in which the line with this number (from 0) begins; undefined if it is not in the
   * packed part.
   */
  frameOfLine(log: LogId, line: LineNumber): Promise<Frame | undefined>

  /**
   * The end of the packed part of each of these logs; `{ end: 0, lines: 0 }` for a log without
   * frames.
   */
  packedEnds(logs: readonly LogId[]): Promise<ReadonlyMap<LogId, PackedEnd>>

  /**
   * Where the part of a pack that rows refer to ends; 0 if none does. What follows may be cut off.
   */
  packEnd(pack: PackId): Promise<number>
}
