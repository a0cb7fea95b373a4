/** Searches logs in a thread of its own and reads packs by itself. Started by search-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ByteOffset, LogId } from '../../contract/quantities.ts'
import type { JournalChunk } from '../../core/ports/journal.ts'
import type { Frame } from '../../core/ports/pack-store.ts'
import type { OpenedThreadPacks, OpenThreadPacks, ThreadPacks } from '../../core/ports/store.ts'
import { readMovedFrame } from '../../core/read/reader/follow-moved-frames.ts'
import type { LogReader } from '../../core/read/reader/log-reader.ts'
import { storeLogReader } from '../../core/read/reader/store-log-reader.ts'
import { FoundLines } from './found-lines.ts'
import { findBytes, searchLines } from './search-lines.ts'
import type { SearchProcedures, StoreProcedures } from './search-procedures.ts'
import { connectThread } from './thread-calls.ts'

interface Search {
  readonly counts: { bytes: number; frames: number }
  readonly packs: OpenedThreadPacks
  readonly found: FoundLines
}

const FRAMES_AHEAD = 4
const MAX_OPEN_FILES = 4

const threadPacks = workerData as ThreadPacks
const { openThreadPacks }: { openThreadPacks: OpenThreadPacks } = await import(threadPacks.module)

const searches = new Map<number, Search>()

const procedures: SearchProcedures = {
  async begin(id, log, head, query) {
    const counts = { bytes: 0, frames: 0 }
    // Opened for this search alone: files of packs that are dropped meanwhile are closed with it.
    const limits = { maxOpenFiles: MAX_OPEN_FILES, maxReads: FRAMES_AHEAD + 1 }
    const packs = await openThreadPacks(threadPacks.data, limits)
    const stores = { journal, frames, packs: { read: countedRead(packs, counts) } }
    const reader = countedReader(storeLogReader(stores, FRAMES_AHEAD), counts)
    const lines = searchLines({ reader, frames, findBytes, openMatcher: noExpressions }, log, head, query)
    searches.set(id, { counts, packs, found: new FoundLines(lines) })
  },
  next: id => searches.get(id)!.found.next(),
  async end(id) {
    const { found, packs, counts } = searches.get(id)!
    searches.delete(id)
    await found.stop()
    await packs[Symbol.asyncDispose]()
    return counts
  },
}

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

function countedRead(packs: OpenedThreadPacks, counts: Search['counts']) {
  return (frame: Frame) => {
    counts.frames++
    return readMovedFrame(frames, frame, row => packs.read(row))
  }
}

async function noExpressions(): Promise<never> {
  throw new Error('expressions have threads of their own')
}
