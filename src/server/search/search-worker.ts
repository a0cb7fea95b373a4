/** Searches logs in a thread of its own, frames straight from the packs. Begun by search-thread. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { JournalChunk } from '../../core/ports/journal.ts'
import type { Frame } from '../../core/ports/pack-store.ts'
import { readMovedFrame } from '../../core/read/reader/follow-moved-frames.ts'
import type { LogReader } from '../../core/read/reader/log-reader.ts'
import { storeLogReader } from '../../core/read/reader/store-log-reader.ts'
import type { SearchQuery } from '../../core/search/search-log.ts'
import { openPackDirectory } from '../../store/local/packs/node-files.ts'
import { createPackReader, type PackReader } from '../../store/local/packs/pack-reader.ts'
import { findBytes } from './find-bytes.ts'
import { FoundLines } from './found-lines.ts'
import { searchLines } from './search-lines.ts'
import type { StoreProcedures } from './search-thread.ts'
import { connectThread, type Procedures } from './thread-calls.ts'

/** What was read for a search. */
export interface ReadCounts {
  readonly bytes: number
  readonly frames: number
}

interface Search {
  readonly counts: { bytes: number; frames: number }
  readonly packs: PackReader
  readonly found: FoundLines
}

const FRAMES_AHEAD = 4
const MAX_OPEN_FILES = 4

const searches = new Map<number, Search>()

const procedures = {
  async begin(id: number, log: LogId, head: ByteOffset, query: SearchQuery): Promise<void> {
    const counts = { bytes: 0, frames: 0 }
    // Files of its own: those of packs that are dropped meanwhile are closed when the search ends.
    const packs = createPackReader({
      directory: await openPackDirectory(workerData as string),
      endOf: () => undefined,
      maxOpenFiles: MAX_OPEN_FILES,
      maxReads: FRAMES_AHEAD + 1,
    })
    const stores = { journal, frames, packs: { read: countedRead(packs, counts) } }
    const reader = countedReader(storeLogReader(stores, FRAMES_AHEAD), counts)
    const lines = searchLines({ reader, frames, findBytes, openMatcher: noExpressions }, log, head, query)
    searches.set(id, { counts, packs, found: new FoundLines(lines) })
  },
  next: (id: number): Promise<Uint8Array | undefined> => searches.get(id)!.found.next(),
  async end(id: number): Promise<ReadCounts> {
    const { found, packs, counts } = searches.get(id)!
    searches.delete(id)
    await found.stop()
    await packs.close()
    return counts
  },
} satisfies Procedures

export type SearchProcedures = typeof procedures

const store = connectThread<StoreProcedures>(parentPort!, procedures)
const frames = {
  framesOf: (...of: Parameters<StoreProcedures['framesOf']>) => store.call('framesOf', ...of),
  packedEnds: (logs: readonly LogId[]) => store.call('packedEnds', logs),
}
const journal = {
  extent: (log: LogId) => store.call('extent', log),
  async *read(log: LogId, from: ByteOffset, to: ByteOffset): AsyncGenerator<JournalChunk> {
    for (let at = from; at < to; ) {
      const chunks = await store.call('journalChunks', log, at, to)
      if (chunks.length === 0) return
      yield* chunks
      at = chunks.at(-1)!.at + chunks.at(-1)!.bytes.length
    }
  },
}

function countedReader(reader: LogReader, counts: Search['counts']): LogReader {
  return {
    head: log => reader.head(log),
    async *read(...of) {
      for await (const bytes of reader.read(...of)) {
        counts.bytes += bytes.length
        yield bytes
      }
    },
  }
}

function countedRead(packs: PackReader, counts: Search['counts']) {
  return (frame: Frame) => {
    counts.frames++
    return readMovedFrame(frames, frame, row => packs.read(row))
  }
}

async function noExpressions(): Promise<never> {
  throw new Error('expressions have threads of their own')
}
