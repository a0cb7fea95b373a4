import type { MessagePort, Worker } from 'node:worker_threads'
import { type ErrorCode, type ErrorDetail, isTailraceError, TailraceError } from '../../contract/errors.ts'

/**
 * What one thread may ask another. Arguments and results are cloned; a result that is bytes in a
 * buffer of their own is moved without a copy.
 */
// biome-ignore lint/suspicious/noExplicitAny: each pair of threads names its own arguments
export type Procedures = Readonly<Record<string, (...args: any[]) => Promise<unknown>>>

interface Question {
  readonly ask: number
  readonly name: string
  readonly args: readonly unknown[]
}

interface Answer {
  readonly answer: number
  readonly value?: unknown
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly detail: ErrorDetail }
  readonly failure?: unknown
}

/** One end of a line between two threads. */
export interface ThreadLine<Theirs extends Procedures> {
  /**
   * Runs a procedure of the other thread. Rejects as it does there; a TailraceError arrives as one.
   */
  call<Name extends keyof Theirs & string>(
    name: Name,
    ...args: Parameters<Theirs[Name]>
  ): Promise<Awaited<ReturnType<Theirs[Name]>>>
  /** The other thread is gone: rejects every call, also those in progress. */
  cut(error: unknown): void
}

/** Answers the other thread's calls with `own`, and calls its procedures. */
export function connectThread<Theirs extends Procedures>(
  port: MessagePort | Worker,
  own: Procedures,
): ThreadLine<Theirs> {
  const open = new Map<number, PromiseWithResolvers<never>>()
  let asked = 0
  let lost: { readonly error: unknown } | undefined

  const answer = async ({ ask, name, args }: Question) => {
    try {
      const value = await own[name]!(...args)
      port.postMessage({ answer: ask, value } satisfies Answer, transferred(value))
    } catch (error) {
      port.postMessage({ answer: ask, ...failed(error) } satisfies Answer, [])
    }
  }
  const settle = ({ answer: ask, value, error, failure }: Answer) => {
    const call = open.get(ask)
    open.delete(ask)
    if (error !== undefined) call?.reject(new TailraceError(error.code, error.message, error.detail))
    else if (failure !== undefined) call?.reject(failure)
    else call?.resolve(value as never)
  }
  port.on('message', (message: Question | Answer) => {
    if ('ask' in message) void answer(message)
    else settle(message)
  })
  return {
    call(name, ...args) {
      if (lost !== undefined) return Promise.reject(lost.error)
      const call = Promise.withResolvers<never>()
      open.set(++asked, call)
      port.postMessage({ ask: asked, name, args } satisfies Question, [])
      return call.promise
    },
    cut(error) {
      lost ??= { error }
      for (const call of open.values()) call.reject(error)
      open.clear()
    },
  }
}

function transferred(value: unknown): ArrayBuffer[] {
  if (!(value instanceof Uint8Array) || !(value.buffer instanceof ArrayBuffer)) return []
  return value.byteLength === value.buffer.byteLength ? [value.buffer] : []
}

function failed(error: unknown): Omit<Answer, 'answer'> {
  if (!isTailraceError(error)) return { failure: error ?? new Error('no reason was given') }
  const { code, message, detail } = error
  return { error: { code, message, detail } }
}
