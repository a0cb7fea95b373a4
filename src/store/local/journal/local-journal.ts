import { TailraceError } from '../../../contract/errors.ts'
import { FRAME_TARGET_BYTES } from '../../../contract/limits.ts'
import { KIB, MIB } from '../../../contract/quantities.ts'
import type { FileLayer, OpenFile } from './file-layer.ts'
import type { JournalDamage } from './journal-damage.ts'
import { nodeFileLayer } from './node-file-layer.ts'
import { recoverJournal } from './recover-journal.ts'
import type { FindKnownLogs } from './recover-logs.ts'
import { MAX_EARLIER_SEGMENTS } from './segment-header.ts'
import { SegmentRing } from './segment-ring.ts'
import { type LocalJournal, WriteAheadJournal } from './write-ahead-journal.ts'

const MIN_SEGMENTS = 3
const MIN_SEGMENT_BYTES = 16 * KIB
const MAX_SEGMENT_BYTES = 1024 * MIB
const MAX_RECENT_BYTES = 1024 * MIB

export interface LocalJournalOptions {
  /** For the journal's files alone; made when it is not there. One journal per directory, by the caller's lock. */
  readonly directory: string
  /** Asked with the logs of one segment after the other, for each log once. */
  readonly known: FindKnownLogs
  /** Hears of everything that could not be read back, before the journal opens. */
  readonly onDamage?: (damage: JournalDamage) => void
  /** 16 KiB to 1 GiB; 64 MiB unless told. An append must fit in one. */
  readonly segmentBytes?: number
  /** 3 to 250; 8 unless told. A quarter of them is a reserve for segments that fail. */
  readonly segments?: number
  /** A log with this many bytes is due; FRAME_TARGET_BYTES unless told. */
  readonly frameBytes?: number
  /** A log with this many records is due with everything, so that the tiniest appends get packed and leave memory; 20,000 unless told. */
  readonly maxRecords?: number
  /** This many of the newest bytes are kept in memory for readers; 16 MiB unless told, none for 0. */
  readonly recentBytes?: number
  /** Appends are written together up to this many bytes; 8 MiB unless told. */
  readonly batchBytes?: number
  /** How long an append waits for space before it fails; 10 s unless told. */
  readonly spaceTimeoutMs?: number
  readonly files?: FileLayer
}

/**
 * Opens the journal of a directory and reads back what an earlier one left. A fresh one makes its first segment at
 * once and each further one when it is needed. Rejects with `store-unavailable` when the directory cannot be used.
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

/** The same layer, but what it opens is added to `opened`. */
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
