import type { LogId } from '../../../contract/quantities.ts'
import { type FileLayer, readFully, writeFully } from './file-layer.ts'
import { findSegments, type LinkedSegment } from './find-segments.ts'
import type { JournalDamage } from './journal-damage.ts'
import type { LiveLog } from './live-log.ts'
import { recordKey } from './record-format.ts'
import { type FindKnownLogs, LogRecovery } from './recover-logs.ts'
import { Segment } from './segment.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import type { FoundSegments } from './segment-ring.ts'
import { type SegmentScan, scanSegment } from './segment-scan.ts'

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

/** Reads the journal of a directory back, after a clean end or a crash. What it resolves to is durable. */
export async function recoverJournal(settings: RecoverySettings): Promise<RecoveredJournal> {
  const { directory, files, known, onDamage } = settings
  const { linked, ...rest } = await findSegments(files, directory, onDamage)
  const recovery = new LogRecovery(known, onDamage)
  const chain: Segment[] = []
  // One buffer for all: fresh pages for every segment take longer than its checksums.
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
 * Writes the last batch and the header again. What a killed process wrote may stand in memory only, and after a
 * failed sync the system takes it for written: a sync alone would promise what the disk does not hold.
 */
async function makeDurable({ store, header, end, certainEnd }: Segment): Promise<void> {
  const lastBatch = Buffer.allocUnsafeSlow(end - certainEnd)
  await readFully(store.file, lastBatch, certainEnd)
  await writeFully(store.file, lastBatch, certainEnd)
  await writeFully(store.file, encodeSegmentHeader(header), 0)
  await store.file.sync()
}
