import type { RecordId, StepId } from '../../../contract/ids.ts'
import type { ByteOffset, EpochMs, LineNumber, LogId } from '../../../contract/quantities.ts'
import { joinBytes } from '../../../text/join-bytes.ts'
import { LINE_FEED } from '../../../text/lines.ts'
import type { Principal } from '../../access/principal.ts'
import type { BuildCatalog } from '../../ports/build-catalog.ts'
import { isFinished, snapshotLog } from '../snapshot-log.ts'
import { type ArrivalPorts, ArrivalTimes } from './arrival-times.ts'
import type { LineEnds } from './line-ends.ts'
import { type LineIndexPorts, lineAt, lineStart } from './line-index.ts'
import { LINE_READ_MAX_BYTES, type LineText, lineText } from './line-text.ts'

export interface ReadLinesPorts extends LineIndexPorts, ArrivalPorts {
  readonly builds: BuildCatalog
  readonly lineEnds: LineEnds
}

export interface LogLine extends LineText {
  /** 0 for the first. */
  readonly line: LineNumber
  readonly offset: ByteOffset
  /** When the line's first byte arrived. */
  readonly arrivedAtMs: EpochMs
}

export interface LineRange {
  /** How many lines the log has, with an unfinished last one. */
  readonly total: number
  /** Whether the log is finished. */
  readonly complete: boolean
  /** In order. Rejects as the reader does. */
  readonly lines: AsyncIterable<LogLine>
}

/**
 * Reads up to `count` lines of a step's log from number `from` on (docs/api.md §5). Numbers count
 * from 1, or, if negative, from the end. Rejects with `not-allowed` or `not-found`, and as the
 * reader does.
 */
export async function readLines(
  ports: ReadLinesPorts,
  who: Principal,
  recordId: RecordId,
  stepId: StepId,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<LineRange> {
  const { step, head } = await snapshotLog(ports, who, recordId, stepId)
  const ends = await lineAt(ports, step.log, head)
  const unfinished = head > 0 && !(await ports.lineEnds.hasNewline(step.log, head))
  const total = ends + (unfinished ? 1 : 0)
  const first = from > 0 ? from - 1 : Math.max(0, total + from)
  const span = { log: step.log, head, from: first, to: Math.min(total, first + count) }
  return { total, complete: isFinished(step), lines: linesOf(ports, span) }
}

/** Lines `[from, to)` of a log that ends at `head`. */
interface LineSpan {
  readonly log: LogId
  readonly head: ByteOffset
  readonly from: LineNumber
  readonly to: LineNumber
}

async function* linesOf(ports: ReadLinesPorts, { log, head, from, to }: LineSpan): AsyncGenerator<LogLine> {
  const times = new ArrivalTimes(ports, log)
  let line = from
  while (line < to) {
    // The rest of a long line is not read: the line index finds the next line.
    for await (const { offset, bytes } of shortLines(
      ports,
      log,
      await lineStart(ports, log, line, head),
      head,
    )) {
      yield { line, offset, arrivedAtMs: await times.of(offset, head), ...lineText(bytes) }
      if (++line >= to) return
    }
  }
}

interface LineBytes {
  readonly offset: ByteOffset
  /** The line with its line end; of a long line, as much as its text needs. */
  readonly bytes: Uint8Array
}

/** Yields the lines from `from` on, up to and including the first long one. */
async function* shortLines(
  { reader }: ReadLinesPorts,
  log: LogId,
  from: ByteOffset,
  head: ByteOffset,
): AsyncGenerator<LineBytes> {
  let offset = from
  let begun: Uint8Array[] = []
  let begunBytes = 0
  for await (const chunk of reader.read(log, from, head)) {
    for (let at = 0; at < chunk.length; ) {
      const lineFeed = chunk.indexOf(LINE_FEED, at)
      const end = lineFeed < 0 ? chunk.length : lineFeed + 1
      begun.push(chunk.subarray(at, end))
      begunBytes += end - at
      at = end
      if (lineFeed < 0 && begunBytes < LINE_READ_MAX_BYTES) break
      yield { offset, bytes: joinBytes(begun) }
      if (lineFeed < 0) return
      offset += begunBytes
      begun = []
      begunBytes = 0
    }
  }
  if (begunBytes > 0) yield { offset, bytes: joinBytes(begun) }
}
