import type { LogId } from '../../core/ports/journal.ts'
import type { Hints, Notifier } from '../../core/ports/notifier.ts'

/** Longer timers than this fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

export interface MemoryNotifier extends Notifier {
  /** How many `listen` calls have not been disposed of. */
  readonly listening: number
}

/** Hints within one process: all that a server on one node needs. */
export function createMemoryNotifier(): MemoryNotifier {
  const listeners = new Map<LogId, Set<Listener>>()
  let listening = 0

  const remove = (log: LogId, listener: Listener) => {
    const ofLog = listeners.get(log)
    if (ofLog?.delete(listener) !== true) return
    listening--
    if (ofLog.size === 0) listeners.delete(log)
  }

  return {
    announce(log) {
      for (const listener of listeners.get(log) ?? []) listener.announced()
    },
    listen(log) {
      const listener = new Listener(() => remove(log, listener))
      const ofLog = listeners.get(log)
      if (ofLog === undefined) listeners.set(log, new Set([listener]))
      else ofLog.add(listener)
      listening++
      return listener
    },
    get listening() {
      return listening
    },
  }
}

/** One listener: remembers that something was announced, and wakes whoever waits for it. */
class Listener implements Hints {
  #pending = false
  #ended = false
  readonly #waiting = new Set<(changed: boolean) => void>()
  readonly #onEnd: () => void

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  announced(): void {
    if (this.#waiting.size === 0) this.#pending = true
    else this.#wake(true)
  }

  async changed(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.#ended) return false
    if (this.#pending) {
      this.#pending = false
      return true
    }
    return this.#wait(timeoutMs, signal)
  }

  [Symbol.dispose](): void {
    this.#ended = true
    this.#wake(false)
    this.#onEnd()
  }

  #wait(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise(resolve => {
      const settle = (changed: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        this.#waiting.delete(settle)
        resolve(changed)
      }
      const giveUp = () => settle(false)
      const timer = setTimeout(giveUp, Math.min(timeoutMs, TIMER_MAX_MS))
      signal.addEventListener('abort', giveUp)
      this.#waiting.add(settle)
    })
  }

  #wake(changed: boolean): void {
    for (const settle of [...this.#waiting]) settle(changed)
  }
}
