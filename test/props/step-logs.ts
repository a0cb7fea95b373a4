import assert from 'node:assert/strict'
import type { LogReader } from '../../src/core/read/reader/log-reader.ts'
import { cutInChunks } from '../arbitrary/log-bytes.ts'

/**
 * A reader of several logs by number. It yields chunks of these sizes in turn, counts its calls,
 * and rejects calls that the port does not allow.
 */
export class StepLogs implements LogReader {
  readonly #logs: readonly Uint8Array[]
  readonly #sizes: readonly number[]
  /** Reads of at least one byte so far. */
  reads = 0
  heads = 0

  constructor(logs: readonly Uint8Array[], sizes: readonly number[] = [3, 1, 4000]) {
    this.#logs = logs
    this.#sizes = sizes
  }

  async head(log: number): Promise<number> {
    this.heads++
    return this.#logs[log]!.length
  }

  async *read(log: number, from: number, to: number): AsyncGenerator<Uint8Array> {
    const bytes = this.#logs[log]!
    assert.ok(from >= 0 && from <= to && to <= bytes.length, `read [${from}, ${to}) of ${bytes.length}`)
    if (from < to) this.reads++
    yield* cutInChunks(bytes.subarray(from, to), this.#sizes)
  }
}
