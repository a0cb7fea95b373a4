/**
 * The local journal: one write-ahead log that holds the newest bytes of all live logs, in a
 * directory of segment files. docs/formats/journal.md describes the files; the port is
 * core/ports/journal.ts. The chapter, in reading order:
 *
 * What is on disk:
 * - `record-format.ts`: a *record* is up to 64 KiB of one log, with a header and a checksum.
 * - `segment.ts`: a *segment* is one use of a file: a header, then records of many logs in the
 *   order of arrival.
 * - `segment-files.ts` creates these files, and finds those that an earlier process left.
 * - `segment-ring.ts`: the *ring* is the segments in use, oldest first, and the files that wait to
 *   be used again.
 *
 * What is in memory:
 * - `stored-records.ts` knows where each record of a log is, in eight bytes a record.
 * - `live-logs.ts`: a *live log*, with its head, and which logs are *due* to move to packs.
 * - `recent-bytes.ts` keeps the newest bytes, so that most reads need no disk.
 *
 * What happens:
 * - `write-ahead-journal.ts` implements the port with the parts above and below.
 * - `group-commit.ts`: a *group commit* stores the appends that queued up meanwhile with one write
 *   and one fdatasync.
 * - `record-reader.ts` reads records back and verifies them.
 * - `recover-journal.ts`: *recovery* scans the segments at the start, and `recover-logs.ts`
 *   rebuilds the logs from them.
 *
 * Everything goes through `file-layer.ts`, which tests replace with a simulated disk.
 */
import { TailraceError } from '../../../contract/errors.ts'
import { FRAME_TARGET_BYTES } from '../../../contract/limits.ts'
import { KIB, MIB } from '../../../contract/quantities.ts'
import { type FileLayer, nodeFileLayer, type OpenFile } from './file-layer.ts'
import { recoverJournal } from './recover-journal.ts'
import type { FindKnownLogs } from './recover-logs.ts'
import { MAX_EARLIER_SEGMENTS } from './segment.ts'
import type { JournalDamage } from './segment-files.ts'
import { SegmentRing } from './segment-ring.ts'
import { type LocalJournal, WriteAheadJournal } from './write-ahead-journal.ts'

const MIN_SEGMENTS = 3
const MIN_SEGMENT_BYTES = 16 * KIB
const MAX_SEGMENT_BYTES = 1024 * MIB
const MAX_RECENT_BYTES = 1024 * MIB

export interface LocalJournalOptions {
  /**
   * Only for the journal's files; created if it does not exist. The caller's lock must allow one
   * journal per directory.
   */
  readonly directory: string
  /** Called with the logs of one segment after another, once for each log. */
  readonly known: FindKnownLogs
  /** Called for everything that could not be read back, before the journal opens. */
  readonly onDamage?: (damage: JournalDamage) => void
  /** 16 KiB to 1 GiB; 64 MiB by default. An append must fit into one segment. */
  readonly segmentBytes?: number
  /** 3 to 250; 8 by default. A quarter of them is a reserve for segments that fail. */
  readonly segments?: number
  /** A log with this many bytes is due; FRAME_TARGET_BYTES by default. */
  readonly frameBytes?: number
  /**
   * A log with this many records is due with everything, so that the records of tiny appends leave
   * memory; 20,000 by default.
   */
  readonly maxRecords?: number
  /** How many of the newest bytes are kept in memory for readers; 16 MiB by default, 0 for none. */
  readonly recentBytes?: number
  /** Appends are written together up to this many bytes; 8 MiB by default. */
  readonly batchBytes?: number
  /** How long an append waits for space before it fails; 10 s by default. */
  readonly spaceTimeoutMs?: number
  /** The machine's file system by default. */
  readonly files?: FileLayer
}

/**
 * Opens the journal of a directory and reads back what an earlier process left there. A new journal
 * creates its first segment file at once, and others when they are needed. Rejects with
 * `store-unavailable` if the directory cannot be used.
 */
export async function openLocalJournal(options: LocalJournalOptions): Promise<LocalJournal> {
  const { directory, known, files = nodeFileLayer, segmentBytes = 64 * MIB, segments = 8 } = options
  const { onDamage = () => {}, frameBytes = FRAME_TARGET_BYTES, batchBytes = 8 * MIB } = options
  const { spaceTimeoutMs = 10_000, maxRecords = 20_000, recentBytes = 16 * MIB } = options
  assertWithin('segmentBytes', segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES)
  assertWithin('segments', segments, MIN_SEGMENTS, MAX_EARLIER_SEGMENTS)
  assertWithin('maxRecords', maxRecords, 1, 2 ** 31)
  assertWithin('recentBytes', recentBytes, 0, MAX_RECENT_BYTES)
  const opened: OpenFile[] = []
  try {
    const { found, logs } = await recoverJournal({ directory, files: noting(files, opened), known, onDamage })
    const ring = new SegmentRing({ directory, files, segmentBytes, segments }, found)
    if (found.chain.length + found.spares.length === 0) await ring.create()
    else if (ring.newest === undefined || ring.newest.cutShort) ring.prepareNext()
    const limits = { frameBytes, maxRecords, recentBytes, batchBytes, spaceTimeoutMs }
    return new WriteAheadJournal({ ring, logs, ...limits })
  } catch (cause) {
    await Promise.allSettled(opened.map(file => file.close()))
    if (cause instanceof TailraceError) throw cause
    throw new TailraceError(
      'store-unavailable',
      `the journal in ${directory} cannot be opened`,
      {},
      { cause },
    )
  }
}

/** The same layer, but adds every file that it opens to `opened`. */
function noting(files: FileLayer, opened: OpenFile[]): FileLayer {
  return {
    ...files,
    open: async path => {
      const file = await files.open(path)
      opened.push(file)
      return file
    },
  }
}

function assertWithin(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} must be an integer from ${min} to ${max}`)
}
