import type { LogId } from '../../../contract/quantities.ts'
import { decodeHeader, decodeRecord, type FoundRecord, isEndMark, type RecordKey } from './record-format.ts'
import { FIRST_RECORD_POSITION } from './segment-header.ts'

/** A place in a segment where no record can be read. */
export interface Hole {
  readonly from: number
  readonly to: number
}

export interface SegmentScan {
  /** In the order in which they stand, as often as they are asked for; read from the scanned bytes, so only as long as these are unchanged. */
  readonly records: Iterable<FoundRecord>
  /** Those that have records here. */
  readonly logs: ReadonlySet<LogId>
  /** The last record is the mark of a clean end. */
  readonly endsCleanly: boolean
  /** Between records; not what follows the last one. */
  readonly holes: readonly Hole[]
  /** Behind the last record. */
  readonly end: number
  /** The start of the last batch that left a record: whatever is before it was durable by then. */
  readonly lastBatchStart: number
}

/** Finds all valid records of a segment, also behind damaged places; `bytes` is the segment from its first byte. */
export function scanSegment(bytes: Buffer, key: RecordKey): SegmentScan {
  const logs = new Set<LogId>()
  const holes: Hole[] = []
  let end = FIRST_RECORD_POSITION
  let lastBatchStart = end
  let endsCleanly = false
  for (let record = nextRecord(bytes, end, key); record !== undefined; record = nextRecord(bytes, end, key)) {
    if (record.position > end) holes.push({ from: end, to: record.position })
    endsCleanly = isEndMark(record)
    if (!endsCleanly) logs.add(record.log)
    end = record.end
    lastBatchStart = Math.max(lastBatchStart, record.batchStart)
  }
  const records = { [Symbol.iterator]: () => recordsBetween(bytes, holes, end) }
  return { records, logs, holes, end, lastBatchStart, endsCleanly }
}

/** The records of scanned bytes again, without an object for each of them in memory. */
function* recordsBetween(bytes: Buffer, holes: readonly Hole[], end: number): Generator<FoundRecord> {
  let passed = 0
  for (let at = FIRST_RECORD_POSITION; at < end; ) {
    if (holes[passed]?.from === at) at = holes[passed++]!.to
    const record = decodeHeader(bytes, at, 0)
    yield record
    at = record.end
  }
}

function nextRecord(bytes: Buffer, from: number, key: RecordKey): FoundRecord | undefined {
  const direct = decodeRecord(bytes, from, key, 0)
  if (direct !== undefined) return direct
  const mark = Buffer.alloc(4)
  mark.writeUInt32LE(key.mark)
  for (let at = bytes.indexOf(mark, from + 1); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const record = decodeRecord(bytes, at, key, 0)
    if (record !== undefined) return record
  }
  return undefined
}
