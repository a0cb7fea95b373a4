import { decodeRecord, type FoundRecord, type RecordKey } from './record-format.ts'
import { FIRST_RECORD_POSITION } from './segment-header.ts'

/** A place in a segment where no record can be read. */
export interface Hole {
  readonly from: number
  readonly to: number
}

export interface SegmentScan {
  /** In the order in which they stand. */
  readonly records: readonly FoundRecord[]
  /** Between records; not what follows the last one. */
  readonly holes: readonly Hole[]
  /** Behind the last record. */
  readonly end: number
  /** The start of the last batch that left a record: whatever is before it was durable by then. */
  readonly lastBatchStart: number
}

/** Finds all valid records of a segment, also behind damaged places; `bytes` is the segment from its first byte. */
export function scanSegment(bytes: Buffer, key: RecordKey): SegmentScan {
  const records: FoundRecord[] = []
  const holes: Hole[] = []
  let end = FIRST_RECORD_POSITION
  let lastBatchStart = end
  for (let record = nextRecord(bytes, end, key); record !== undefined; record = nextRecord(bytes, end, key)) {
    if (record.position > end) holes.push({ from: end, to: record.position })
    records.push(record)
    end = record.end
    lastBatchStart = Math.max(lastBatchStart, record.batchStart)
  }
  return { records, holes, end, lastBatchStart }
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
