import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chunkSizes, cutInChunks, joinBytes, logBytes } from '../../../test/arbitrary/log-bytes.ts'
import type { LogLevel } from '../../text/level.ts'
import { filterLevel } from './filter-level.ts'

const LOG = new TextEncoder().encode(
  'make\n[2025/06/26 14:23:32.169 GMT+08:00] [DEBUG] env\n  PATH=/bin\n[2025/06/26 14:23:32.170 GMT+08:00] [INFO] done',
)

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function download(chunks: readonly Uint8Array[], level: LogLevel): Promise<Uint8Array> {
  const shown: Uint8Array[] = []
  for await (const chunk of filterLevel(streamOf(chunks), level)) shown.push(chunk)
  return joinBytes(shown)
}

describe('filterLevel', () => {
  it('leaves out DEBUG lines at level INFO', async () => {
    const text = new TextDecoder().decode(await download([LOG], 'INFO'))
    assert.equal(text, 'make\n[2025/06/26 14:23:32.170 GMT+08:00] [INFO] done')
  })

  it('gives the beginning of a stamp that the log ends with', async () => {
    const chunks = [LOG.subarray(0, 2), LOG.subarray(2, 9)]
    assert.deepEqual(await download(chunks, 'INFO'), LOG.subarray(0, 9))
  })

  it('gives every byte at level DEBUG, whatever the cuts', async () => {
    await fc.assert(
      fc.asyncProperty(logBytes(), chunkSizes, async (log, sizes) => {
        const bytes = joinBytes([log, LOG, log])
        assert.deepEqual(await download(cutInChunks(bytes, sizes), 'DEBUG'), bytes)
      }),
    )
  })

  it('fails where its source fails, after what came before', async () => {
    async function* damaged() {
      yield LOG.subarray(0, 5)
      throw new Error('damaged')
    }
    for (const level of ['INFO', 'DEBUG'] as const) {
      const chunks = filterLevel(damaged(), level)
      assert.deepEqual((await chunks.next()).value, LOG.subarray(0, 5))
      await assert.rejects(chunks.next(), /damaged/)
    }
  })
})
