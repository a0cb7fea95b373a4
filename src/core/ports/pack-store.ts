import type { ByteOffset, EpochMs, LineNumber, LogId } from '../../contract/quantities.ts'

/**
 * The day (UTC, days since 1970-01-01) that decides when logs expire. A pack has logs of a single
 * one.
 */
export type RetentionDay = number
/** The name of a pack: digits, letters, `-` and `.` only. */
export type PackId = string

/** The arrival time of the bytes from `at` on. */
export interface Arrival {
  readonly at: ByteOffset
  readonly arrivedAtMs: EpochMs
}

/** Log bytes that will become one frame. */
export interface FrameDraft {
  readonly log: LogId
  readonly at: ByteOffset
  /** Line ends before `at` in the log. */
  readonly firstLine: LineNumber
  /** 1 byte to FRAME_MAX_BYTES. */
  readonly bytes: Uint8Array
  /** In order; the first one is at `at`. */
  readonly arrivals: readonly Arrival[]
  readonly day: RetentionDay
}

/** One immutable part of a log in a pack: a row of the frame table. */
export interface Frame {
  readonly log: LogId
  readonly at: ByteOffset
  readonly end: ByteOffset
  readonly firstLine: LineNumber
  /** Line ends in the frame. */
  readonly lines: number
  readonly pack: PackId
  /** Where the frame begins in the pack, header included. */
  readonly position: number
  readonly storedBytes: number
}

/** There is a line mark for every line whose number in the frame is a multiple of this. */
export const LINES_PER_MARK = 64

/**
 * What the header of a frame adds to its row: enough to find a line or a time without the catalog.
 */
export interface FrameIndex {
  /**
   * The offsets in the log where every LINES_PER_MARKth line of the frame begins: mark i is that of
   * line firstLine + LINES_PER_MARK × i. A line that begins at the end of the frame has none.
   */
  readonly lineMarks: readonly ByteOffset[]
  readonly arrivals: readonly Arrival[]
  /** True if a line of this frame has level DEBUG, so that an INFO download must filter it. */
  readonly hasDebug: boolean
}

/** Keeps frames of many logs, one after another, in packs that never change. */
export interface PackStore extends AsyncDisposable {
  /**
   * Stores the frames in order, each pack by one append. Resolves, once all are durable, to one row
   * per draft. The pack `apart` gets none of them, and no other frame from then on. Rejects with
   * `store-unavailable`; no row may be used then.
   */
  write(drafts: readonly FrameDraft[], apart?: PackId): Promise<readonly Frame[]>

  /**
   * The frame's log bytes, checked against its header. The caller must not change them. Rejects
   * with `log-damaged`, or with `store-unavailable` if a retry may help.
   */
  read(frame: Frame): Promise<Uint8Array>

  /**
   * The frame as stored: a skippable zstd frame and a zstd frame (docs/formats/frame.md). It can be
   * sent as it is to a client that accepts zstd. Rejects like `read`.
   */
  readStored(frame: Frame): Promise<Uint8Array>

  /** The frame's own index. Rejects like `read`. */
  readIndex(frame: Frame): Promise<FrameIndex>

  /** Every pack with its size in bytes. */
  packs(): AsyncIterable<{ readonly pack: PackId; readonly day: RetentionDay; readonly storedBytes: number }>

  /**
   * The rows of a pack's frames, read from their headers, from which the frame table can be
   * rebuilt. Ends before an incomplete last frame. Rejects with `log-damaged` where bytes in the
   * middle are not a frame.
   */
  frames(pack: PackId): AsyncIterable<Frame>

  /**
   * Removes a pack for good; a missing one is not an error. Reads in progress succeed or reject
   * with `log-damaged`.
   */
  drop(pack: PackId): Promise<void>
}
