import type { LogId } from '../../../contract/quantities.ts'
import type { OpenFile } from './file-layer.ts'
import { type RecordKey, recordKey } from './record-format.ts'
import { FIRST_RECORD_POSITION, type SegmentHeader } from './segment-header.ts'

/** A file that segments are written into, one after the other. */
export interface SegmentFile {
  readonly path: string
  readonly file: OpenFile
  readonly sizeBytes: number
  /** Reads under way: the file must not be overwritten or closed before there are none. */
  pins: number
}

/** One use of a segment file: from its header until nothing in it is needed any more. */
export class Segment {
  readonly store: SegmentFile
  readonly header: SegmentHeader
  readonly key: RecordKey
  /** Logs that have unreleased bytes here. */
  readonly logs = new Set<LogId>()
  /** Where the next record goes; what is before it counts. */
  end: number
  /** Everything before was acknowledged; behind it may stand what a crash left of the last batch. */
  certainEnd: number
  /** Nothing more is written here: a write failed, or a crash left an end that is not trusted. */
  cutShort = false

  constructor(store: SegmentFile, header: SegmentHeader, end = FIRST_RECORD_POSITION, certainEnd = end) {
    this.store = store
    this.header = header
    this.key = recordKey(header.salt)
    this.end = end
    this.certainEnd = certainEnd
  }

  get roomBytes(): number {
    return this.cutShort ? 0 : this.store.sizeBytes - this.end
  }
}
