/** Wakes those who wait for a change. Whoever waits checks first, in the same turn, whether it has to. */
export class Bell {
  readonly #waiting = new Set<() => void>()

  ring(): void {
    for (const wake of this.#waiting) wake()
  }

  /** Resolves at the next ring, when `signal` aborts, or after `timeoutMs`. */
  async wait({ signal, timeoutMs }: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<void> {
    if (signal?.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs)
    this.#waiting.add(wake)
    signal?.addEventListener('abort', wake)
    await promise
    signal?.removeEventListener('abort', wake)
    this.#waiting.delete(wake)
    clearTimeout(timer)
  }
}
