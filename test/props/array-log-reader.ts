import assert from 'node:assert/strict'
import type { LogReader } from '../../src/core/read/reader/log-reader.ts'
import { cutInChunks } from '../arbitrary/log-bytes.ts'

/**
 * A reader of what `log` returns at each call. It yields chunks of these sizes in turn and rejects
 * calls that the port does not allow.
 */
export function arrayLogReader(log: () => Uint8Array, sizes: readonly number[] = [3, 1, 4000]): LogReader {
  return {
    head: async () => log().length,
    async *read(_, from, to) {
      assert.ok(from >= 0 && from <= to && to <= log().length, `read [${from}, ${to}) of ${log().length}`)
      yield* cutInChunks(log().subarray(from, to), sizes)
    },
  }
}
