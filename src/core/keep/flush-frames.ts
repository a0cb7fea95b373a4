import { MIB } from '../../contract/quantities.ts'
import type { StepCensus } from '../ports/build-catalog.ts'
import type { FrameCatalog, PackedEnd } from '../ports/frame-catalog.ts'
import type { DueLog, Journal, JournalPiece, LogId } from '../ports/journal.ts'
import type { Arrival, Frame, FrameDraft, PackStore, RetentionDay } from '../ports/pack-store.ts'
import { countLineEnds, cutFrames, FRAME_SIZES, type FrameSizes } from './cut-frames.ts'

export interface FlushPorts {
  readonly journal: Journal
  readonly packs: PackStore
  readonly frames: FrameCatalog
  readonly census: StepCensus
  /** FRAME_SIZES unless told. */
  readonly sizes?: FrameSizes
}

/** Log bytes of one pass together, and of one log in it: what a pass holds in memory. */
const PASS_MAX_BYTES = 32 * MIB
const LOG_MAX_BYTES = 8 * MIB
const DAY_MS = 86_400_000

/**
 * One pass: moves what is due from the journal to packs, oldest space first. The order keeps every acknowledged byte readable and
 * durable at each moment: packs, then frame rows, then release. A failure leaves the journal as it was; the same
 * bytes are due again. Resolves to the number of log bytes that moved.
 */
export async function flushFrames(ports: FlushPorts, due: readonly DueLog[]): Promise<number> {
  const pass = withinBudget(due)
  const logs = pass.map(({ log }) => log)
  const [states, ends] = await Promise.all([ports.census.statesOf(logs), ports.frames.packedEnds(logs)])
  const drafts: FrameDraft[] = []
  for (const one of pass) {
    const state = states.get(one.log)
    // Deleted: nothing refers to its bytes any more.
    if (state === undefined) await ports.journal.release(one.log, one.to)
    else
      drafts.push(
        ...(await draftFrames(
          ports.journal,
          one,
          ends.get(one.log),
          dayOf(state.createdAtMs),
          ports.sizes ?? FRAME_SIZES,
        )),
      )
  }
  if (drafts.length === 0) return 0
  const frames = await ports.packs.write(drafts)
  await ports.frames.addFrames(frames)
  for (const [log, end] of lastEnds(frames)) await ports.journal.release(log, end)
  return drafts.reduce((bytes, draft) => bytes + draft.bytes.length, 0)
}

function withinBudget(due: readonly DueLog[]): readonly DueLog[] {
  let bytes = 0
  return due
    .map(one =>
      one.to - one.from > LOG_MAX_BYTES ? { ...one, to: one.from + LOG_MAX_BYTES, everything: false } : one,
    )
    .filter(one => {
      if (bytes >= PASS_MAX_BYTES) return false
      bytes += one.to - one.from
      return true
    })
}

async function draftFrames(
  journal: Journal,
  { log, from, to, everything }: DueLog,
  packed: PackedEnd | undefined,
  day: RetentionDay,
  sizes: FrameSizes,
): Promise<FrameDraft[]> {
  // Frame rows may be ahead of the journal when an earlier pass failed between the rows and the release.
  const start = Math.max(from, packed?.end ?? 0)
  if (start > from) await journal.release(log, start)
  if (start >= to) return []
  const { bytes, arrivals } = await gather(journal.read(log, start, to), to - start)
  const drafts: FrameDraft[] = []
  let firstLine = packed?.lines ?? 0
  let cut = 0
  for (const end of cutFrames(bytes, everything, sizes)) {
    const piece = bytes.subarray(cut, end)
    drafts.push({
      log,
      at: start + cut,
      firstLine,
      bytes: piece,
      arrivals: arrivalsOf(arrivals, start + cut, start + end),
      day,
    })
    firstLine += countLineEnds(piece)
    cut = end
  }
  return drafts
}

async function gather(
  pieces: AsyncIterable<JournalPiece>,
  length: number,
): Promise<{ readonly bytes: Uint8Array; readonly arrivals: readonly Arrival[] }> {
  const bytes = new Uint8Array(length)
  const arrivals: Arrival[] = []
  let filled = 0
  for await (const piece of pieces) {
    bytes.set(piece.bytes, filled)
    filled += piece.bytes.length
    if (arrivals.at(-1)?.arrivedAtMs !== piece.arrivedAtMs)
      arrivals.push({ at: piece.at, arrivedAtMs: piece.arrivedAtMs })
  }
  return { bytes: bytes.subarray(0, filled), arrivals }
}

/** The arrivals of `[from, to)`, the first at `from`. */
function arrivalsOf(arrivals: readonly Arrival[], from: number, to: number): readonly Arrival[] {
  const before = arrivals.findLast(arrival => arrival.at <= from)
  const within = arrivals.filter(arrival => arrival.at > from && arrival.at < to)
  return before === undefined ? within : [{ at: from, arrivedAtMs: before.arrivedAtMs }, ...within]
}

function lastEnds(frames: readonly Frame[]): ReadonlyMap<LogId, number> {
  return new Map(frames.map(({ log, end }) => [log, end]))
}

function dayOf(atMs: number): RetentionDay {
  return Math.floor(atMs / DAY_MS)
}
