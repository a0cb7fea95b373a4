import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chunkSizes, cutInChunks, logBytes } from '../../../test/arbitrary/log-bytes.ts'
import { arrayLogReader } from '../../../test/props/array-log-reader.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import type { BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { Hints, Notifier } from '../ports/notifier.ts'
import { followLog } from './follow-log.ts'
import type { LogChunk } from './log-chunk.ts'
import { SharedChunks } from './shared-chunks.ts'

const STEP = { log: 1, projectId: 'p', recordId: 'r', stepId: 1, state: 'running' } as Step

/**
 * A log that grows by the next part whenever a follower waits, and is sealed after the last. No
 * hint is ever given: all are missed.
 */
function growingLog(parts: readonly Uint8Array[]) {
  let shown = 0
  const reader = arrayLogReader(() => Buffer.concat(parts.slice(0, shown)))
  const hints: Hints = {
    changed: async () => {
      shown++
      return false
    },
    [Symbol.dispose]: () => {},
  }
  const builds = {
    findStep: async () => ({ ...STEP, state: shown > parts.length ? 'sealed' : 'running' }),
  } as unknown as BuildCatalog
  const notifier = { listen: () => hints } as unknown as Notifier
  return { reader, builds, notifier, chunks: new SharedChunks(reader) }
}

const never = new AbortController().signal

describe('following a log', () => {
  it('shows every byte once and cuts no character, however the log grows and though every hint is missed', async () => {
    await fc.assert(
      fc.asyncProperty(logBytes(), chunkSizes, async (bytes, sizes) => {
        const seen: LogChunk[] = await Array.fromAsync(
          followLog(growingLog(cutInChunks(bytes, sizes)), STEP, 0, never),
        )
        assert.equal(seen.map(({ text }) => text).join(''), decodeUtf8(bytes))
        const ends = [0, ...seen.map(({ end }) => end)]
        assert.deepEqual(
          seen.map(({ start }) => start),
          ends.slice(0, -1),
        )
        assert.equal(ends.at(-1), bytes.length)
      }),
    )
  })

  it('reads nothing ahead of a follower that does not ask', async () => {
    const log = Buffer.alloc(1_000_000, 'a line of a log\n')
    let readTo = 0
    const ports = growingLog([log])
    const reader = {
      head: async () => log.length,
      read: (_: number, from: number, to: number) => {
        readTo = Math.max(readTo, to)
        return arrayLogReader(() => log, [65_536]).read(1, from, to)
      },
    }
    const chunks = followLog({ ...ports, reader, chunks: new SharedChunks(reader) }, STEP, 0, never)
    const { value } = await chunks.next()
    assert.ok(value !== undefined && 'end' in value && value.end <= 65_536)
    await new Promise(setImmediate)
    assert.ok(readTo <= 65_536 + 3)
    await chunks.return(undefined)
  })

  it('ends without an end when the signal aborts', async () => {
    const chunks = followLog(growingLog([]), STEP, 0, AbortSignal.abort())
    assert.deepEqual(await chunks.next(), { done: true, value: undefined })
  })
})
