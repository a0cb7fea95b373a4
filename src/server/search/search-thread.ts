import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { TailraceError } from '../../contract/errors.ts'
import { type ByteOffset, type LogId, MIB } from '../../contract/quantities.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { Journal, JournalChunk } from '../../core/ports/journal.ts'
import type { SearchQuery } from '../../core/search/search-log.ts'
import type { SearchLines } from './search-lines.ts'
import type { ReadCounts, SearchProcedures } from './search-worker.ts'
import { connectThread, type Procedures, type ThreadLine } from './thread-calls.ts'

export interface SearchThreadOptions {
  /** The thread reads frames there by itself. */
  readonly packsDirectory: string
  /** It asks these for all else. */
  readonly journal: Pick<Journal, 'extent' | 'read'>
  readonly frames: Pick<FrameCatalog, 'framesOf' | 'packedEnds'>
  /** Told of what was read for a search, when that has ended. */
  readonly onRead: (counts: ReadCounts) => void
}

/** Searches for literals in a thread of its own, so that neither searching nor the memory that decoded frames take holds others up. */
export interface SearchThread extends AsyncDisposable {
  readonly search: SearchLines
}

const WORKER = new URL(`./search-worker${extname(import.meta.filename)}`, import.meta.url)
/** The thread ends when it had nothing to do for so long. */
const IDLE_MS = 60_000
/** Journal bytes that go over at once. */
const CHUNK_BYTES = MIB

interface Running {
  readonly worker: Worker
  readonly line: ThreadLine<SearchProcedures>
  searches: number
  idle?: NodeJS.Timeout
}

/** The thread begins with the first search. */
export function openSearchThread({ packsDirectory, onRead, ...stores }: SearchThreadOptions): SearchThread {
  let running: Running | undefined
  let searches = 0

  const start = (): Running => {
    const worker = new Worker(WORKER, { workerData: packsDirectory })
    worker.unref()
    const started: Running = { worker, line: connectThread(worker, proceduresOf(stores)), searches: 0 }
    const over = (cause?: unknown) => {
      if (running === started) running = undefined
      started.line.cut(new TailraceError('store-unavailable', 'the search broke off', {}, { cause }))
    }
    worker.once('error', over).once('exit', () => over())
    return started
  }
  const rest = (thread: Running) => {
    if (--thread.searches > 0) return
    thread.idle = setTimeout(() => {
      if (running === thread) running = undefined
      void thread.worker.terminate()
    }, IDLE_MS).unref()
  }

  async function* search(log: LogId, head: ByteOffset, query: SearchQuery): AsyncGenerator<Uint8Array> {
    running ??= start()
    const thread = running
    clearTimeout(thread.idle)
    thread.searches++
    const id = ++searches
    const { line } = thread
    try {
      await line.call('begin', id, log, head, query)
      for (;;) {
        const lines = await line.call('next', id)
        if (lines === undefined) return
        yield lines
      }
    } finally {
      rest(thread)
      await line.call('end', id).then(onRead, () => {})
    }
  }

  return { search, [Symbol.asyncDispose]: async () => void (await running?.worker.terminate()) }
}

/** What the thread may ask. */
function proceduresOf({ journal, frames }: Pick<SearchThreadOptions, 'journal' | 'frames'>) {
  return {
    extent: (log: LogId) => journal.extent(log),
    framesOf: (...of: Parameters<FrameCatalog['framesOf']>) => frames.framesOf(...of),
    packedEnds: (logs: readonly LogId[]) => frames.packedEnds(logs),
    async journalChunks(log: LogId, from: ByteOffset, to: ByteOffset): Promise<readonly JournalChunk[]> {
      const chunks: JournalChunk[] = []
      // A copy: with a part of a buffer the whole of it would go over.
      for await (const chunk of journal.read(log, from, Math.min(to, from + CHUNK_BYTES)))
        chunks.push({ ...chunk, bytes: new Uint8Array(chunk.bytes) })
      return chunks
    },
  } satisfies Procedures
}

export type StoreProcedures = ReturnType<typeof proceduresOf>
