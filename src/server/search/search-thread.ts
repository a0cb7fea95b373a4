import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { TailraceError } from '../../contract/errors.ts'
import { type ByteOffset, type LogId, MIB } from '../../contract/quantities.ts'
import type { JournalChunk } from '../../core/ports/journal.ts'
import type { Store } from '../../core/ports/store.ts'
import type { SearchQuery } from '../../core/search/search-log.ts'
import type { SearchLines } from './search-lines.ts'
import type { ReadCounts, SearchProcedures, StoreProcedures } from './search-procedures.ts'
import { connectThread, type ThreadLine } from './thread-calls.ts'

/** Packs are read in the thread itself. For everything else it asks the server. */
export type SearchThreadPorts = Pick<Store, 'threadPacks' | 'journal' | 'frames'>

/**
 * Searches for literals in a thread of its own: neither the search nor the memory of its decoded
 * frames slows down other requests.
 */
export interface SearchThread extends AsyncDisposable {
  readonly search: SearchLines
}

const WORKER = new URL(`./search-worker${extname(import.meta.filename)}`, import.meta.url)
/** The thread ends after this long without a search. */
const IDLE_MS = 60_000
/** Journal bytes sent to the thread at a time. */
const CHUNK_BYTES = MIB

interface Running {
  readonly worker: Worker
  readonly line: ThreadLine<SearchProcedures>
  searches: number
  idle?: NodeJS.Timeout
}

/** The thread starts with the first search. `onRead` gets what a search has read when it ends. */
export function openSearchThread(
  ports: SearchThreadPorts,
  onRead: (counts: ReadCounts) => void,
): SearchThread {
  let running: Running | undefined
  let searches = 0

  const start = (): Running => {
    const worker = new Worker(WORKER, { workerData: ports.threadPacks })
    worker.unref()
    const started: Running = { worker, line: connectThread(worker, proceduresOf(ports)), searches: 0 }
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

function proceduresOf({ journal, frames }: SearchThreadPorts): StoreProcedures {
  return {
    extent: log => journal.extent(log),
    framesOf: (...of) => frames.framesOf(...of),
    packedEnds: logs => frames.packedEnds(logs),
    async journalChunks(log, from, to) {
      const chunks: JournalChunk[] = []
      // Copied: a part of a buffer would be sent with the whole buffer.
      for await (const chunk of journal.read(log, from, Math.min(to, from + CHUNK_BYTES)))
        chunks.push({ ...chunk, bytes: new Uint8Array(chunk.bytes) })
      return chunks
    },
  }
}
