import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { logBytes } from '../../../../test/arbitrary/log-bytes.ts'
import { FRAME_TARGET_BYTES } from '../../../contract/limits.ts'
import { memoryFrameCatalog } from '../../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../../store/memory/memory-journal.ts'
import { createMemoryPackStore } from '../../../store/memory/memory-pack-store.ts'
import { countLineEnds } from '../../../text/lines.ts'
import { cutFrames } from '../../maintain/cut-frames.ts'
import type { Frame, PackStore } from '../../ports/pack-store.ts'
import { storeLogReader } from '../reader/store-log-reader.ts'
import { lineAt, lineStart } from './line-index.ts'

const LOG = 1

/** A log with `packed` in frames of about `frameBytes` and `live` in the journal. */
async function openLog(packed: Uint8Array, live: Uint8Array, frameBytes: number) {
  const [frames, journal, memory] = [memoryFrameCatalog(), new MemoryJournal(), createMemoryPackStore()]
  let reads = 0
  const read = memory.read.bind(memory)
  const packs: PackStore = Object.assign(memory, {
    read: (frame: Frame) => {
      reads++
      return read(frame)
    },
  })
  let at = 0
  let firstLine = 0
  for (const end of cutFrames(packed, true, { targetBytes: frameBytes, maxBytes: 4 * frameBytes })) {
    const bytes = packed.subarray(at, end)
    const draft = { log: LOG, at, firstLine, bytes, arrivals: [{ at, arrivedAtMs: 1 }], day: 0 }
    await frames.addFrames(await memory.write([draft]))
    firstLine += countLineEnds(bytes)
    at = end
  }
  await journal.open(LOG, packed.length)
  if (live.length > 0) await journal.append(LOG, packed.length, live, 1)
  const reader = storeLogReader({ journal, frames, packs })
  return { ports: { frames, packs, reader }, reads: () => reads }
}

describe('line index', () => {
  it('finds every line and the number of every place, in frames and in the journal', async () => {
    await fc.assert(
      fc.asyncProperty(
        logBytes(),
        logBytes(),
        fc.integer({ min: 1, max: 60 }),
        async (packed, live, size) => {
          const { ports } = await openLog(packed, live, size)
          const all = Buffer.concat([packed, live])
          let line = 0
          assert.equal(await lineStart(ports, LOG, 0, all.length), 0)
          for (const [at, byte] of all.entries()) {
            assert.equal(await lineAt(ports, LOG, at), line)
            if (byte !== 10) continue
            line++
            assert.equal(await lineStart(ports, LOG, line, all.length), at + 1)
          }
          assert.equal(await lineAt(ports, LOG, all.length), line)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('finds line 9,000,000 of a large log by reading one frame', async () => {
    const packed = Buffer.alloc(20_000_000, 'x\n')
    const { ports, reads } = await openLog(packed, Buffer.from('y\n'), FRAME_TARGET_BYTES)
    assert.equal(await lineStart(ports, LOG, 9_000_000, packed.length + 2), 18_000_000)
    assert.ok(reads() <= 1, `${reads()} frames were read`)
    assert.equal(await lineAt(ports, LOG, packed.length + 2), 10_000_001)
    assert.ok(reads() <= 1, 'the number of lines costs none')
  })
})
