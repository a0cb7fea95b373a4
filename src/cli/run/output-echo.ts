import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { KIB } from '../../contract/quantities.ts'

/** Bytes that wait for a slow stdout before the command is slowed down. */
const WAITING_MAX_BYTES = 256 * KIB
/** A stdout that does not take them within this time is left behind. */
const STUCK_MS = 5_000

/**
 * Repeats the command's output. A reader that is slow slows the command down, as any pipe would; one that is stuck or gone is
 * left behind, and what it missed is counted.
 */
export class OutputEcho {
  readonly #stream: Writable
  readonly #stuckMs: number
  #isGone = false
  #isStuck = false
  #missedBytes = 0

  constructor(stream: Writable, stuckMs = STUCK_MS) {
    this.#stream = stream
    this.#stuckMs = stuckMs
    stream.on('error', () => {
      this.#isGone = true
    })
    stream.on('drain', () => {
      this.#isStuck = false
    })
  }

  /** Resolves as soon as the next bytes may come. Never rejects. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isGone || bytes.length === 0) return
    if (this.#isStuck) this.#missedBytes += bytes.length
    else this.#stream.write(bytes)
    if (this.#stream.writableLength > WAITING_MAX_BYTES && !this.#isStuck)
      this.#isStuck = !(await this.#flushes())
  }

  /** Waits until all is written, or stdout is stuck or gone. Resolves to how many bytes it missed. */
  async end(): Promise<number> {
    if (this.#isGone) return 0
    if (this.#stream.writableLength > 0) await this.#flushes()
    return this.#isGone ? 0 : this.#missedBytes + this.#stream.writableLength
  }

  /** Waits until all waiting bytes are written; resolves to false when that takes too long. */
  async #flushes(): Promise<boolean> {
    const stop = new AbortController()
    const flushed = new Promise<true>(resolve => this.#stream.write('', () => resolve(true)))
    const stuck = sleep(this.#stuckMs, false as const, { signal: stop.signal }).catch(() => false as const)
    const moves = await Promise.race([flushed, stuck])
    stop.abort()
    return moves
  }
}
