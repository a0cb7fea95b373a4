import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { LogId } from '../../contract/quantities.ts'
import type { Hints, Notifier } from '../../core/ports/notifier.ts'

/** The longest timer: a longer one would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

export interface MemoryNotifier extends Notifier {
  /** How many results of `listen` were not disposed of. */
  readonly listening: number
}

/** The subject of hints: a log by its number, or a build by project and record. */
type Subject = LogId | `${ProjectId}/${RecordId}`

/** Implements Notifier for one process. */
export function createMemoryNotifier(): MemoryNotifier {
  const listeners = new Map<Subject, Set<Listener>>()
  let listening = 0

  const remove = (subject: Subject, listener: Listener) => {
    const ofSubject = listeners.get(subject)
    if (ofSubject?.delete(listener) !== true) return
    listening--
    if (ofSubject.size === 0) listeners.delete(subject)
  }
  const announce = (subject: Subject) => {
    for (const listener of listeners.get(subject) ?? []) listener.announced()
  }
  const listen = (subject: Subject) => {
    const listener = new Listener(() => remove(subject, listener))
    const ofSubject = listeners.get(subject)
    if (ofSubject === undefined) listeners.set(subject, new Set([listener]))
    else ofSubject.add(listener)
    listening++
    return listener
  }

  return {
    announce: log => announce(log),
    listen,
    announceBuild: (project, record) => announce(`${project}/${record}`),
    listenBuild: (project, record) => listen(`${project}/${record}`),
    get listening() {
      return listening
    },
  }
}

/** One listener. It remembers that something was announced and wakes what waits for it. */
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
