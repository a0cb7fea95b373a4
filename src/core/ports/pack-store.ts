import type { ByteOffset, EpochMs, LineNumber, LogId } from '../../contract/quantities.ts'

/** The day (UTC, days since 1970-01-01) that decides when logs expire; a pack holds logs of one. */
export type RetentionDay = number
/** A pack, as its store names it: digits, letters, `-` and `.` only. */
export type PackId = string

/** From `at` on, bytes arrived at this time. */
export interface Arrival {
  readonly at: ByteOffset
  readonly arrivedAtMs: EpochMs
}

/** Log bytes that are to become one frame. */
export interface FrameDraft {
  readonly log: LogId
  readonly at: ByteOffset
  /** Line ends before `at` in the log. */
  readonly firstLine: LineNumber
  /** 1 byte to FRAME_MAX_BYTES. */
  readonly bytes: Uint8Array
  /** In order; the first at `at`. */
  readonly arrivals: readonly Arrival[]
  readonly day: RetentionDay
}

/** One immutable chunk of a log in a pack: the row of the frame table. */
export interface Frame {
  readonly log: LogId
  readonly at: ByteOffset
  readonly end: ByteOffset
  readonly firstLine: LineNumber
  /** Line ends in it. */
  readonly lines: number
  readonly pack: PackId
  /** Where in the pack it begins, header included. */
  readonly position: number
  readonly storedBytes: number
}

/** Line marks stand at every line whose number in the frame is a multiple of this. */
export const LINES_PER_MARK = 64

/** What the frame's own header tells beside its row; enough to find a line or a time without the catalog. */
export interface FrameIndex {
  /** Offset in the log of the beginning of every LINES_PER_MARKth line of the frame: mark i is line firstLine + LINES_PER_MARK × i; none for a line that begins at the frame's end. */
  readonly lineMarks: readonly ByteOffset[]
  readonly arrivals: readonly Arrival[]
  /** True when a line of this frame states level DEBUG, so that an INFO download must look at it. */
  readonly hasDebug: boolean
}

/** Keeps frames of many logs, one after the other, in packs that never change. */
export interface PackStore extends AsyncDisposable {
  /**
   * Stores the frames in order, each pack by one append; all are durable when this resolves, to one row per draft. The pack `apart` takes
   * none of them, and no other frame from then on. Rejects with `store-unavailable`, then no row may be used.
   */
  write(drafts: readonly FrameDraft[], apart?: PackId): Promise<readonly Frame[]>

  /** The frame's log bytes, checked against its header. The caller must not change them. Rejects with `log-damaged`, or `store-unavailable` when another try may help. */
  read(frame: Frame): Promise<Uint8Array>

  /** The frame as stored: a skippable zstd frame and a zstd frame (docs/formats/frame.md), as a client that accepts zstd may get it. Rejects like `read`. */
  readStored(frame: Frame): Promise<Uint8Array>

  /** The frame's own index. Rejects like `read`. */
  readIndex(frame: Frame): Promise<FrameIndex>

  /** Every pack with its size in bytes. */
  packs(): AsyncIterable<{ readonly pack: PackId; readonly day: RetentionDay; readonly storedBytes: number }>

  /** The rows of a pack's frames, read from their headers: the frame table can be rebuilt from it. Ends at a torn end; rejects with `log-damaged` where bytes in the middle are no frame. */
  frames(pack: PackId): AsyncIterable<Frame>

  /** Removes a pack for good; one that is not there is no error. Reads under way end well or reject with `log-damaged`. */
  drop(pack: PackId): Promise<void>
}
