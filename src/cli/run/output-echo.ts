import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { KIB } from '../../contract/quantities.ts'

/** How many bytes wait for a slow stdout before the command has to wait too. */
const WAITING_MAX_BYTES = 256 * KIB
/** A stdout that does not accept them within this time is stuck. */
const STUCK_MS = 5_000

/**
 * Prints the command's output. A slow reader slows the command down, as with any pipe. Nothing
 * waits for a reader that is stuck or gone, and the bytes that it missed are counted.
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

  /** Resolves when the next bytes may be written. Never rejects. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isGone || bytes.length === 0) return
    if (this.#isStuck) this.#missedBytes += bytes.length
    else this.#stream.write(bytes)
    if (this.#stream.writableLength > WAITING_MAX_BYTES && !this.#isStuck)
      this.#isStuck = !(await this.#flushes())
  }

  /**
   * Waits until all is written, or stdout is stuck or gone. Resolves to the number of missed bytes.
   */
  async end(): Promise<number> {
    if (this.#isGone) return 0
    if (this.#stream.writableLength > 0) await this.#flushes()
    return this.#isGone ? 0 : this.#missedBytes + this.#stream.writableLength
  }

  /** Waits until all bytes are written. Resolves to false when that takes too long. */
  async #flushes(): Promise<boolean> {
    const stop = new AbortController()
    const flushed = new Promise<true>(resolve => this.#stream.write('', () => resolve(true)))
    const stuck = sleep(this.#stuckMs, false as const, { signal: stop.signal }).catch(() => false as const)
    const moves = await Promise.race([flushed, stuck])
    stop.abort()
    return moves
  }
}
