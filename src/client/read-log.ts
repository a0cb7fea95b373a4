import { PAGE_MAX_LINES } from '../contract/limits.ts'
import type { ByteOffset } from '../contract/quantities.ts'
import type { CallOptions } from './http-sender.ts'
import type { LogAddress, LogPage, PageQuery } from './log-page.ts'
import { ServerUnreachable } from './server-unreachable.ts'
import { wait } from './wait.ts'

export interface ReadLogOptions extends CallOptions {
  /** Where to begin. Default: 0. */
  readonly from?: ByteOffset
  /** Instead of `from`: begin with the last so many lines. A line longer than a page counts by its chunks. */
  readonly lastLines?: number
  /** Wait for what is still to come, until the step is finished; without it the reading ends at the log's end of the moment. */
  readonly follow?: boolean
  /** While following: asked when there was nothing new. false ends the reading. */
  readonly whileSilent?: () => boolean | Promise<boolean>
  /** While following: the shortest and the longest pause before asking again. Defaults: 250 and 2,000. */
  readonly pollMs?: number
  readonly pollMaxMs?: number
}

/** Text that stands for the bytes `[start, end)` of the log; chunks follow each other without gap. */
export type LogChunk = Pick<LogPage, 'start' | 'end' | 'text'>

type ReadPage = (query: PageQuery, options: CallOptions) => Promise<LogPage>

const POLL_MS = 250
const POLL_MAX_MS = 2_000

/**
 * The text of a log, page by page through the contract's own route, each byte once, whatever happens to connections and servers
 * meanwhile: after a failure that may pass, the same page is asked for again, while following without end.
 * To go on later, pass the last chunk's `end` as `from`. Rejects as `TailraceClient`.
 */
export async function* readLog(
  readPage: ReadPage,
  log: LogAddress,
  options: ReadLogOptions,
): AsyncGenerator<LogChunk, void, undefined> {
  const {
    follow = false,
    lastLines,
    whileSilent,
    signal,
    pollMs = POLL_MS,
    pollMaxMs = POLL_MAX_MS,
  } = options
  const call = { ...(follow && { retries: Number.POSITIVE_INFINITY }), ...options }
  const read = (query: Omit<PageQuery, keyof LogAddress>) => readPage({ ...log, ...query }, call)
  let at = lastLines === undefined ? (options.from ?? 0) : await startOfLastLines(read, lastLines)
  for (let pauseMs = pollMs; ; ) {
    const page = await read({ startOffset: at, endOffset: 0, maxLines: PAGE_MAX_LINES })
    if (page.text !== '') {
      if (page.end <= at) throw new ServerUnreachable('the pages of the log do not go forward')
      yield { start: page.start, end: page.end, text: page.text }
      at = page.end
      pauseMs = pollMs
      if (page.hasMore) continue
      return
    }
    if (!page.hasMore || !follow || (await whileSilent?.()) === false) return
    await wait(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, pollMaxMs)
  }
}

/** Where the last `count` lines begin. */
async function startOfLastLines(
  read: (query: Omit<PageQuery, keyof LogAddress>) => Promise<LogPage>,
  count: number,
): Promise<ByteOffset> {
  const { start, end, text } = await read({
    startOffset: 0,
    endOffset: 0,
    maxLines: Math.min(Math.max(count, 1), PAGE_MAX_LINES),
    fromEnd: true,
  })
  if (count < 1) return end
  let at = start
  for (let missing = count - linesOf(text); missing > 0 && at > 0; ) {
    const maxLines = Math.min(missing, PAGE_MAX_LINES)
    const page = await read({ startOffset: 0, endOffset: at, maxLines, fromEnd: true })
    if (page.start >= at) return at
    missing -= linesOf(page.text)
    at = page.start
  }
  return at
}

/** Lines and, at the end, a begun one. */
function linesOf(text: string): number {
  const ended = text.split('\n').length - 1
  return text === '' || text.endsWith('\n') ? ended : ended + 1
}
