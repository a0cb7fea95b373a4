import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expressionFault } from '../../contract/caught.ts'
import { TailraceError } from '../../contract/errors.ts'
import type { LineMatcher, OpenLineMatcher } from '../../core/ports/line-matcher.ts'

export interface MatchLimits {
  /** For one block. A normal pattern takes milliseconds. */
  readonly blockMs: number
  /** For all blocks of a search together. */
  readonly searchMs: number
}

const LIMITS: MatchLimits = { blockMs: 3000, searchMs: 60_000 }
const MEMORY_MAX_MIB = 64
const WORKER = new URL(`./regexp-worker${extname(import.meta.filename)}`, import.meta.url)

/**
 * Returns a function that opens a matcher for an ECMAScript regular expression. Each matcher has a
 * thread, which is ended when a limit is exceeded. `.` matches any character of a line.
 */
export function regexpMatchers(limits: MatchLimits = LIMITS): OpenLineMatcher {
  return async (pattern, ignoreCase) => {
    const flags = ignoreCase ? 'is' : 's'
    assertExpression(pattern, flags)
    const worker = new Worker(WORKER, {
      workerData: { source: pattern, flags },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MAX_MIB },
    })
    return matcherOn(worker, limits)
  }
}

/** Throws `invalid-parameter` if the pattern is not a valid regular expression. */
export function assertExpression(pattern: string, flags = 's'): void {
  try {
    new RegExp(pattern, flags)
  } catch (error) {
    throw new TailraceError(
      'invalid-parameter',
      `q is not a valid regular expression: ${expressionFault(error)}`,
    )
  }
}

function matcherOn(worker: Worker, { blockMs, searchMs }: MatchLimits): LineMatcher {
  let leftMs = searchMs
  const started = new Promise<void>((resolve, reject) => worker.once('online', resolve).once('error', reject))
  started.catch(() => {})
  return {
    async match(block) {
      await started
      const beganMs = performance.now()
      const begins = await answerOf(worker, block, Math.min(blockMs, leftMs))
      leftMs -= performance.now() - beganMs
      if (leftMs <= 0) throw tooSlow()
      return begins
    },
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  }
}

function answerOf(worker: Worker, block: Uint8Array, timeoutMs: number): Promise<readonly number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>()
  const late = setTimeout(() => reject(tooSlow()), timeoutMs)
  // A thread that runs out of memory also fails so.
  const failed = (cause: unknown) => reject(tooSlow({ cause }))
  worker.once('message', resolve).once('error', failed)
  const copy = new Uint8Array(block)
  worker.postMessage(copy, [copy.buffer])
  return promise.finally(() => {
    clearTimeout(late)
    worker.off('message', resolve).off('error', failed)
  })
}

function tooSlow(options?: ErrorOptions): TailraceError {
  return new TailraceError(
    'search-too-slow',
    'The regular expression takes too long on this log.',
    {},
    options,
  )
}
