const FIRST_MS = 250
const MOST_MS = 10_000

/** How long to wait before try `attempt` (1, 2, ...) after a failure: doubling from 250 ms to 10 s, of which chance takes up to a half, so that clients do not come back all at once. */
export function retryDelayMs(attempt: number, chance: () => number = Math.random): number {
  const full = Math.min(FIRST_MS * 2 ** (attempt - 1), MOST_MS)
  return full * (1 - chance() / 2)
}

/** How long the waits before so many tries are together, where chance takes nothing. */
export function retrySpanMs(retries: number): number {
  return Array.from({ length: retries }, (_, at) => retryDelayMs(at + 1, () => 0)).reduce((a, b) => a + b, 0)
}
