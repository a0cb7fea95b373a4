import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import { type ByteOffset, KIB, type LineNumber, type LogId, MIB } from '../../contract/quantities.ts'
import { countLineEnds } from '../../text/lines.ts'
import type { StepCensus } from '../ports/build-catalog.ts'
import type { FrameCatalog, PackedEnd } from '../ports/frame-catalog.ts'
import type { DueLog, Journal, JournalChunk } from '../ports/journal.ts'
import type { Arrival, Frame, FrameDraft, PackStore, RetentionDay } from '../ports/pack-store.ts'
import { cutFrames, FRAME_SIZES, type FrameSizes } from './cut-frames.ts'

export interface FlushPorts {
  readonly journal: Journal
  readonly packs: PackStore
  readonly frames: FrameCatalog
  readonly census: StepCensus
  /** FRAME_SIZES unless told. */
  readonly sizes?: FrameSizes
  /** Kept from pass to pass. */
  readonly unrecorded?: UnrecordedFrames
  /** Hears of acknowledged bytes that cannot be read back. */
  readonly onLost?: (lost: Frame, cause: TailraceError) => void
}

/** Log bytes of one pass together, and of one log in it: what a pass holds in memory. */
const PASS_MAX_BYTES = 32 * MIB
const LOG_MAX_BYTES = 8 * MIB
/** Logs of one pass, as each costs a row and a frame however small it is. */
const PASS_MAX_LOGS = 4000
const DAY_MS = 86_400_000

/** Frames that stand in packs while the catalog could not take their rows yet, so that a failing catalog does not fill the packs. */
export class UnrecordedFrames {
  frames: readonly Frame[] = []
}

/**
 * One pass: moves what is due from the journal to packs, oldest space first. The order keeps every acknowledged byte readable and
 * durable at each moment: packs, then frame rows, then release. A failure leaves the journal as it was; the same
 * bytes are due again. Bytes that the journal can no longer read become a lost frame, so that one damaged place stops neither its log nor the others.
 * Resolves to the number of log bytes that moved.
 */
export async function flushFrames(ports: FlushPorts, due: readonly DueLog[]): Promise<number> {
  if (ports.unrecorded !== undefined) await recordLeftOver(ports, ports.unrecorded)
  const pass = withinBudget(due)
  const logs = pass.map(({ log }) => log)
  const [states, ends] = await Promise.all([ports.census.statesOf(logs), ports.frames.packedEnds(logs)])
  const drafts: FrameDraft[] = []
  const lost: Frame[] = []
  for (const one of pass) {
    const state = states.get(one.log)
    // Deleted: nothing refers to its bytes any more.
    if (state === undefined) await ports.journal.release(one.log, one.to)
    else {
      const drafted = await draftFrames(ports, one, ends.get(one.log), dayOf(state.createdAtMs))
      drafts.push(...drafted.drafts)
      lost.push(...drafted.lost)
    }
  }
  if (drafts.length + lost.length === 0) return 0
  const frames = [...(drafts.length === 0 ? [] : await ports.packs.write(drafts)), ...lost]
  await recordFrames(ports, frames)
  return frames.reduce((bytes, { at, end }) => bytes + end - at, 0)
}

/** Gives the catalog rows of frames that are in packs, and the journal its space. */
async function recordFrames(ports: FlushPorts, frames: readonly Frame[]): Promise<void> {
  if (frames.length === 0) return
  if (ports.unrecorded !== undefined) ports.unrecorded.frames = frames
  await ports.frames.addFrames(frames)
  for (const [log, end] of lastEnds(frames)) await ports.journal.release(log, end)
  if (ports.unrecorded !== undefined) ports.unrecorded.frames = []
}

/** The rows that an earlier pass could not give: it is not known which of them came through, and logs may be deleted since. */
async function recordLeftOver(ports: FlushPorts, unrecorded: UnrecordedFrames): Promise<void> {
  if (unrecorded.frames.length === 0) return
  const logs = [...new Set(unrecorded.frames.map(({ log }) => log))]
  const [states, ends] = await Promise.all([ports.census.statesOf(logs), ports.frames.packedEnds(logs)])
  unrecorded.frames = unrecorded.frames.filter(
    ({ log, end }) => states.has(log) && end > (ends.get(log)?.end ?? 0),
  )
  await recordFrames(ports, unrecorded.frames)
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
    .slice(0, PASS_MAX_LOGS)
}

interface Drafted {
  readonly drafts: readonly FrameDraft[]
  /** At most one, behind the drafts. */
  readonly lost: readonly Frame[]
}

async function draftFrames(
  ports: FlushPorts,
  { log, from, to, everything }: DueLog,
  packed: PackedEnd | undefined,
  day: RetentionDay,
): Promise<Drafted> {
  // Frame rows may be ahead of the journal when an earlier pass failed between the rows and the release.
  const start = Math.max(from, packed?.end ?? 0)
  if (start > from) await ports.journal.release(log, start)
  if (start >= to) return { drafts: [], lost: [] }
  const { bytes, arrivals, damage } = await gather(ports.journal.read(log, start, to), to - start)
  const drafts: FrameDraft[] = []
  let firstLine = packed?.lines ?? 0
  let cut = 0
  for (const end of cutFrames(bytes, everything || damage !== undefined, ports.sizes ?? FRAME_SIZES)) {
    const chunk = bytes.subarray(cut, end)
    drafts.push({
      log,
      at: start + cut,
      firstLine,
      bytes: chunk,
      arrivals: arrivalsOf(arrivals, start + cut, start + end),
      day,
    })
    firstLine += countLineEnds(chunk)
    cut = end
  }
  if (damage === undefined) return { drafts, lost: [] }
  const lost = lostFrame(log, start + cut, await readableFrom(ports.journal, log, start + cut, to), firstLine)
  ports.onLost?.(lost, damage)
  return { drafts, lost: [lost] }
}

async function gather(
  chunks: AsyncIterable<JournalChunk>,
  length: number,
): Promise<{
  readonly bytes: Uint8Array
  readonly arrivals: readonly Arrival[]
  readonly damage?: TailraceError
}> {
  const bytes = new Uint8Array(length)
  const arrivals: Arrival[] = []
  let filled = 0
  try {
    for await (const chunk of chunks) {
      bytes.set(chunk.bytes, filled)
      filled += chunk.bytes.length
      if (arrivals.at(-1)?.arrivedAtMs !== chunk.arrivedAtMs)
        arrivals.push({ at: chunk.at, arrivedAtMs: chunk.arrivedAtMs })
    }
  } catch (error) {
    if (!isTailraceError(error, 'log-damaged')) throw error
    return { bytes: bytes.subarray(0, filled), arrivals, damage: error }
  }
  return { bytes: bytes.subarray(0, filled), arrivals }
}

/** The pack that no store has: a frame in it is a hole, whose bytes every read refuses as damaged. */
const LOST_PACK = 'lost'

function lostFrame(log: LogId, at: ByteOffset, end: ByteOffset, firstLine: LineNumber): Frame {
  return { log, at, end, firstLine, lines: 0, pack: LOST_PACK, position: 0, storedBytes: 0 }
}

/** How closely the end of a damaged place is looked for. */
const PROBE_BYTES = 4 * KIB

/** Where the journal can be read again behind a place where it cannot, at most `to`. */
async function readableFrom(
  journal: Journal,
  log: LogId,
  damagedAt: ByteOffset,
  to: ByteOffset,
): Promise<ByteOffset> {
  for (let at = damagedAt + PROBE_BYTES; at < to; at += PROBE_BYTES) {
    if ((await gather(journal.read(log, at, at + 1), 1)).damage === undefined) return at
  }
  return to
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
