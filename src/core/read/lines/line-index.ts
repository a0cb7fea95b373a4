import { TailraceError } from '../../../contract/errors.ts'
import type { ByteOffset, LineNumber, LogId } from '../../../contract/quantities.ts'
import { countLineEnds, walkLines } from '../../../text/lines.ts'
import type { FrameCatalog } from '../../ports/frame-catalog.ts'
import { type Frame, LINES_PER_MARK, type PackStore } from '../../ports/pack-store.ts'
import type { LogReader } from '../reader/log-reader.ts'

export interface LineCountPorts {
  readonly frames: Pick<FrameCatalog, 'framesOf' | 'packedEnds'>
  readonly reader: LogReader
}

export interface LineIndexPorts {
  readonly frames: FrameCatalog
  readonly packs: PackStore
  readonly reader: LogReader
}

/**
 * How many lines end before `offset`, which must not exceed the head: the number (0-based) of the
 * line there. Reads a part of one frame at most, or of what is not in packs yet. Rejects as the
 * reader does.
 */
export async function lineAt(
  { frames, reader }: LineCountPorts,
  log: LogId,
  offset: ByteOffset,
): Promise<LineNumber> {
  const packed = (await frames.packedEnds([log])).get(log) ?? { end: 0, lines: 0 }
  if (offset >= packed.end) return packed.lines + (await countBetween(reader, log, packed.end, offset))
  const [frame] = await frames.framesOf(log, offset, offset + 1, 1)
  if (frame === undefined) throw missing(log, `the frame at ${offset}`)
  return frame.firstLine + (await countBetween(reader, log, frame.at, offset))
}

/**
 * Where the line with this number (0-based) begins. It must begin at or below `head`. Reads a part
 * of one frame, or of what is not in packs yet, however long the log is. Rejects as the reader
 * does.
 */
export async function lineStart(
  ports: LineIndexPorts,
  log: LogId,
  line: LineNumber,
  head: ByteOffset,
): Promise<ByteOffset> {
  if (line === 0) return 0
  const packed = (await ports.frames.packedEnds([log])).get(log) ?? { end: 0, lines: 0 }
  if (line > packed.lines) return afterLineEnds(ports.reader, log, packed.end, head, line - packed.lines)
  const frame = await ports.frames.frameOfLine(log, line)
  if (frame === undefined) throw missing(log, `the frame of line ${line}`)
  return inFrame(ports, frame, line - frame.firstLine)
}

/** Where the line begins that follows this many line ends of the frame. */
async function inFrame({ packs, reader }: LineIndexPorts, frame: Frame, lines: number): Promise<ByteOffset> {
  const { lineMarks } = await packs.readIndex(frame)
  const mark = Math.min(Math.floor(lines / LINES_PER_MARK), lineMarks.length - 1)
  const from = lineMarks[mark] ?? frame.at
  return afterLineEnds(reader, frame.log, from, frame.end, lines - mark * LINES_PER_MARK)
}

async function afterLineEnds(
  reader: LogReader,
  log: LogId,
  from: ByteOffset,
  to: ByteOffset,
  lines: number,
): Promise<ByteOffset> {
  let left = lines
  let at = from
  if (left === 0) return at
  for await (const bytes of reader.read(log, from, to)) {
    const walk = walkLines(bytes, 0, bytes.length, left)
    left -= walk.lines
    if (left === 0) return at + walk.at
    at += bytes.length
  }
  throw missing(log, `${left} line ends below ${to}`)
}

async function countBetween(
  reader: LogReader,
  log: LogId,
  from: ByteOffset,
  to: ByteOffset,
): Promise<number> {
  let lines = 0
  if (from < to) for await (const bytes of reader.read(log, from, to)) lines += countLineEnds(bytes)
  return lines
}

function missing(log: LogId, what: string): TailraceError {
  return new TailraceError('log-damaged', `log ${log} lacks ${what}`)
}
