import { KIB, type LogId, MIB } from '../../../contract/quantities.ts'
import type { Journal, JournalChunk } from '../../../core/ports/journal.ts'
import { openLocalJournal } from '../../local/journal/local-journal.ts'
import { MAX_EARLIER_SEGMENTS } from '../../local/journal/segment.ts'
import type { StoredLog } from '../../local/journal/write-ahead-journal.ts'

const MIN_SEGMENT_BYTES = MIB
/** The rest is for the journal's reserve, the ends of segments, and what is appended meanwhile. */
const FILLED_SEGMENTS = MAX_EARLIER_SEGMENTS / 2
/** Appended together, and in memory until they are stored. */
const GROUP_CHUNKS = 1000
const GROUP_BYTES = 4 * MIB

/**
 * Copies what the journal holds of these logs into a new journal in `directory`. The copy has no
 * gaps only while nothing is released from the journal. Rejects as the port does.
 */
export async function copyJournal(
  from: Journal,
  logs: readonly StoredLog[],
  directory: string,
): Promise<void> {
  const neededBytes = logs.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
  await using to = await openLocalJournal({
    directory,
    segmentBytes: Math.ceil(Math.max(MIN_SEGMENT_BYTES, neededBytes / FILLED_SEGMENTS) / KIB) * KIB,
    segments: MAX_EARLIER_SEGMENTS,
    recentBytes: 0,
    known: async () => new Map(),
  })
  for (const { log } of logs) await copyLog(from, to, log)
}

async function copyLog(from: Journal, to: Journal, log: LogId): Promise<void> {
  const extent = await from.extent(log)
  if (extent === undefined) return
  await to.open(log, extent.from)
  for await (const group of inGroups(from.read(log, extent.from, extent.head)))
    await Promise.all(group.map(({ at, bytes, arrivedAtMs }) => to.append(log, at, bytes, arrivedAtMs)))
}

async function* inGroups(chunks: AsyncIterable<JournalChunk>): AsyncGenerator<readonly JournalChunk[]> {
  let [group, bytes]: [JournalChunk[], number] = [[], 0]
  for await (const chunk of chunks) {
    group.push(chunk)
    bytes += chunk.bytes.length
    if (group.length < GROUP_CHUNKS && bytes < GROUP_BYTES) continue
    yield group
    ;[group, bytes] = [[], 0]
  }
  if (group.length > 0) yield group
}
