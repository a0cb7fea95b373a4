import type { ByteOffset, LineNumber, LogId } from '../../contract/quantities.ts'
import type { Frame, PackId } from './pack-store.ts'

/** Where the packed part of a log ends. */
export interface PackedEnd {
  readonly end: ByteOffset
  /** Line ends in the packed part. */
  readonly lines: LineNumber
}

/** The frame table: which frames a log is made of. A log's frames join without gap or overlap from offset 0. */
export interface FrameCatalog {
  /** Adds rows, all or none, durable when this resolves. Each must begin where its log's packed part ends; else rejects with `offset-conflict` and adds none. */
  addFrames(frames: readonly Frame[]): Promise<void>

  /** At most `limit` frames that hold bytes of `[from, to)`, in order, the first of them first. */
  framesOf(log: LogId, from: ByteOffset, to: ByteOffset, limit: number): Promise<readonly Frame[]>

  /** The frame in which the line with this number (0-based) begins; undefined when the packed part does not hold it. */
  frameOfLine(log: LogId, line: LineNumber): Promise<Frame | undefined>

  /** Where the packed part of each of these logs ends; `{ end: 0, lines: 0 }` for a log without frames. */
  packedEnds(logs: readonly LogId[]): Promise<ReadonlyMap<LogId, PackedEnd>>

  /** Where the used part of a pack ends, by its rows; 0 when no row names it. What lies behind it may be cut off. */
  packEnd(pack: PackId): Promise<number>
}
