/** What the server and its search thread ask each other. Arguments and results are cloned. */
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { Journal, JournalChunk } from '../../core/ports/journal.ts'
import type { SearchQuery } from '../../core/search/search-log.ts'

/** Asked by the server. A search has a number of its own. */
export type SearchProcedures = {
  begin(id: number, log: LogId, head: ByteOffset, query: SearchQuery): Promise<void>
  /** As `FoundLines.next`. */
  next(id: number): Promise<Uint8Array | undefined>
  /** Ends the search, complete or not. */
  end(id: number): Promise<ReadCounts>
}

/** What was read for a search. */
export interface ReadCounts {
  readonly bytes: number
  readonly frames: number
}

/** Asked by the thread. */
export type StoreProcedures = {
  extent: Journal['extent']
  framesOf: FrameCatalog['framesOf']
  packedEnds: FrameCatalog['packedEnds']
  /** The first chunks of `[from, to)`; none where the journal no longer has them. */
  journalChunks(log: LogId, from: ByteOffset, to: ByteOffset): Promise<readonly JournalChunk[]>
}
