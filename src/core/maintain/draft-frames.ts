import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import { type ByteOffset, KIB, type LineNumber, type LogId } from '../../contract/quantities.ts'
import { countLineEnds } from '../../text/lines.ts'
import type { PackedEnd } from '../ports/frame-catalog.ts'
import type { DueLog, Journal, JournalChunk } from '../ports/journal.ts'
import type { Arrival, Frame, FrameDraft, RetentionDay } from '../ports/pack-store.ts'
import { cutFrames, type FrameSizes } from './cut-frames.ts'

export interface Drafted {
  readonly drafts: readonly FrameDraft[]
  /** The bytes after the drafts that the journal can no longer read, if there are any. */
  readonly lost?: { readonly frame: Frame; readonly cause: TailraceError }
}

/**
 * Drafts the frames of a log that is due, from the end of its packed part on. Bytes that the
 * journal can no longer read become a lost frame, and what follows them is left for the next pass.
 * Rejects as the journal does.
 */
export async function draftFrames(
  journal: Journal,
  { log, from, to, everything }: DueLog,
  packed: PackedEnd,
  day: RetentionDay,
  sizes: FrameSizes,
): Promise<Drafted> {
  // Frame rows are ahead of the journal after a pass that failed between the rows and the release.
  const start = Math.max(from, packed.end)
  if (start > from) await journal.release(log, start)
  if (start >= to) return { drafts: [] }
  const { bytes, arrivals, damage } = await gather(journal.read(log, start, to), to - start)
  const drafts: FrameDraft[] = []
  let firstLine = packed.lines
  let cut = 0
  for (const end of cutFrames(bytes, everything || damage !== undefined, sizes)) {
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
  if (damage === undefined) return { drafts }
  const lostFrom = start + cut
  const lostTo = await readableFrom(journal, log, lostFrom, to)
  return { drafts, lost: { frame: lostFrame(log, lostFrom, lostTo, firstLine), cause: damage } }
}

interface Gathered {
  /** Up to the first byte that cannot be read. */
  readonly bytes: Uint8Array
  readonly arrivals: readonly Arrival[]
  readonly damage?: TailraceError
}

async function gather(chunks: AsyncIterable<JournalChunk>, length: number): Promise<Gathered> {
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

/**
 * The name of a pack that no store has. A frame in it is a hole: every read of it fails as damaged.
 */
const LOST_PACK = 'lost'

function lostFrame(log: LogId, at: ByteOffset, end: ByteOffset, firstLine: LineNumber): Frame {
  return { log, at, end, firstLine, lines: 0, pack: LOST_PACK, position: 0, storedBytes: 0 }
}

/** The end of a damaged place is searched for in steps of this size. */
const PROBE_BYTES = 4 * KIB

/** The first probed offset after `damagedAt` where the journal can be read again, at most `to`. */
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
function arrivalsOf(arrivals: readonly Arrival[], from: ByteOffset, to: ByteOffset): readonly Arrival[] {
  const before = arrivals.findLast(arrival => arrival.at <= from)
  const within = arrivals.filter(arrival => arrival.at > from && arrival.at < to)
  return before === undefined ? within : [{ at: from, arrivedAtMs: before.arrivedAtMs }, ...within]
}
