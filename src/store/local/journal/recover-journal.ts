/**
 * Reads back what an earlier process left in a journal's directory, after a clean end or a crash.
 */
import type { LogId } from '../../../contract/quantities.ts'
import { type FileLayer, readFully, writeFully } from './file-layer.ts'
import type { LiveLog } from './live-logs.ts'
import {
  decodeHeader,
  decodeRecord,
  type FoundRecord,
  isEndMark,
  type RecordKey,
  recordKey,
} from './record-format.ts'
import { type FindKnownLogs, LogRecovery, type SegmentRecords } from './recover-logs.ts'
import { encodeSegmentHeader, FIRST_RECORD_POSITION, Segment } from './segment.ts'
import { findSegments, type JournalDamage, type LinkedSegment } from './segment-files.ts'
import type { FoundSegments } from './segment-ring.ts'

export interface RecoverySettings {
  readonly directory: string
  readonly files: FileLayer
  readonly known: FindKnownLogs
  readonly onDamage: (damage: JournalDamage) => void
}

export interface RecoveredJournal {
  readonly found: FoundSegments
  readonly logs: Map<LogId, LiveLog>
}

/** Reads the journal of a directory back. Everything that this resolves to is durable. */
export async function recoverJournal(settings: RecoverySettings): Promise<RecoveredJournal> {
  const { directory, files, known, onDamage } = settings
  const { linked, ...rest } = await findSegments(files, directory, onDamage)
  const recovery = new LogRecovery(known, onDamage)
  const chain: Segment[] = []
  // One buffer for all: fresh memory for every segment takes longer than its checksums.
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, ...linked.map(({ store }) => store.sizeBytes)))
  for (const link of linked) {
    const { segment, scan } = await scanLinked(link, link === linked.at(-1), buffer, onDamage)
    await recovery.add(segment, scan)
    chain.push(segment)
  }
  const newest = chain.at(-1)
  if (newest !== undefined) await makeDurable(newest)
  return { found: { ...rest, chain }, logs: recovery.end() }
}

async function scanLinked(
  { store, header, bounds }: LinkedSegment,
  isNewest: boolean,
  buffer: Buffer,
  onDamage: (damage: JournalDamage) => void,
): Promise<{ segment: Segment; scan: SegmentScan }> {
  const bytes = buffer.subarray(0, Math.min(bounds?.end ?? store.sizeBytes, store.sizeBytes))
  await readFully(store.file, bytes, 0)
  const scan = scanSegment(bytes, recordKey(header.salt))
  const { end, certainEnd } = bounds ?? { end: scan.end, certainEnd: scan.lastBatchStart }
  const holes = scan.holes.filter(({ from }) => from < certainEnd)
  if (scan.end < certainEnd) holes.push({ from: scan.end, to: end })
  else if (store.sizeBytes < header.segmentBytes)
    holes.push({ from: store.sizeBytes, to: header.segmentBytes })
  for (const hole of holes) onDamage({ kind: 'unreadable-place', path: store.path, ...hole })
  const segment = new Segment(store, header, end, certainEnd)
  segment.cutShort = isNewest && !scan.endsCleanly
  return { segment, scan }
}

/**
 * Writes the last batch and the header again. What a killed process wrote may be in memory only,
 * and after a failed sync the system considers it written: a sync alone could promise bytes that
 * the disk does not hold.
 */
async function makeDurable({ store, header, end, certainEnd }: Segment): Promise<void> {
  const lastBatch = Buffer.allocUnsafeSlow(end - certainEnd)
  await readFully(store.file, lastBatch, certainEnd)
  await writeFully(store.file, lastBatch, certainEnd)
  await writeFully(store.file, encodeSegmentHeader(header), 0)
  await store.file.sync()
}

/** A place in a segment where no record can be read. */
interface Hole {
  readonly from: number
  readonly to: number
}

/** `records` are read from the scanned bytes, so they are valid only while these are unchanged. */
interface SegmentScan extends SegmentRecords {
  /** The last record is the mark of a clean end. */
  readonly endsCleanly: boolean
  /** Between records; not what follows the last one. */
  readonly holes: readonly Hole[]
  /** Where the last record ends. */
  readonly end: number
  /** The start of the last batch that left a record. Everything below was durable by then. */
  readonly lastBatchStart: number
}

/**
 * Finds all valid records of a segment, including those after damaged places. `bytes` is the
 * segment from its first byte.
 */
function scanSegment(bytes: Buffer, key: RecordKey): SegmentScan {
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

/** The records of scanned bytes, without keeping an object for each of them in memory. */
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
