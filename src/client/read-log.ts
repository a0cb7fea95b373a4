import { PAGE_MAX_LINES } from '../contract/limits.ts'
import type { ByteOffset } from '../contract/quantities.ts'
import type { CallOptions } from './http-sender.ts'
import type { LogAddress, LogPage, PageQuery } from './log-page.ts'
import { wait } from './repeat.ts'
import { ServerUnreachable } from './server-unreachable.ts'

export interface ReadLogOptions extends CallOptions {
  /** The offset to start at. Default: 0. */
  readonly from?: ByteOffset
  /**
   * Start with this many last lines, instead of `from`. A line longer than a page counts by chunks.
   */
  readonly lastLines?: number
  /**
   * Wait for new bytes until the step is finished. Without it, reading ends at the current end of
   * the log.
   */
  readonly follow?: boolean
  /** While following: called when there is nothing new. false ends the reading. */
  readonly whileSilent?: () => boolean | Promise<boolean>
  /** While following: the shortest pause between requests, in milliseconds. Default: 250. */
  readonly pollMs?: number
  /** While following: the longest pause between requests, in milliseconds. Default: 2,000. */
  readonly pollMaxMs?: number
}

/** The text of the bytes `[start, end)` of a log. Chunks follow each other without a gap. */
export type LogChunk = Pick<LogPage, 'start' | 'end' | 'text'>

type ReadPage = (query: PageQuery, options: CallOptions) => Promise<LogPage>

const POLL_MS = 250
const POLL_MAX_MS = 2_000

/**
 * Yields the text of a log page by page, each byte once. A page is requested again after a
 * transient failure, and without limit while following. To continue later, pass the last chunk's
 * `end` as `from`. Rejects as `TailraceClient`.
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
      if (page.end <= at) throw new ServerUnreachable('the pages of the log do not advance')
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

/** The offset at which the last `count` lines start. */
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

/** The number of lines, including an unfinished one at the end. */
function linesOf(text: string): number {
  const ended = text.split('\n').length - 1
  return text === '' || text.endsWith('\n') ? ended : ended + 1
}
