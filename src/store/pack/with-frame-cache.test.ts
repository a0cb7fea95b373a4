import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FrameDraft, PackStore } from '../../core/ports/pack-store.ts'
import { describePackStore, SUITE_PACK_BYTES } from '../conformance/describe-pack-store.ts'
import { createMemoryPackStore, type MemoryPack } from '../memory/memory-pack-store.ts'
import { withFrameCache } from './with-frame-cache.ts'

// The suite damages frames after it has read some, and must see the store, not the cache. So here
// the cache is too small for any frame; the tests below give it room.
for (const maxBytes of [0, 600])
  describePackStore(`memory with a frame cache of ${maxBytes} bytes`, async () => {
    const kept = new Map<string, MemoryPack>()
    const packs = withFrameCache(createMemoryPackStore({ packBytes: SUITE_PACK_BYTES, packs: kept }), {
      maxBytes,
    })
    return {
      packs,
      async overwrite(pack, position, bytes) {
        kept.get(pack)!.buffer.set(bytes, position)
      },
      async cut(pack, bytes) {
        kept.get(pack)!.storedBytes = bytes
      },
      [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
    }
  })

describe('frame cache', () => {
  it('answers a frame that was read before without the store', async () => {
    const { packs, counts, rows } = await filled(3, 100_000)
    for (let i = 0; i < 5; i++)
      for (const row of rows) {
        assert.equal((await packs.read(row)).length, 1000)
        assert.equal((await packs.readIndex(row)).lineMarks.length, 1)
      }
    assert.deepEqual(counts, { read: 3, readIndex: 3 })
  })

  it('decodes a frame once for reads that come together', async () => {
    const { packs, counts, rows } = await filled(1, 100_000)
    const all = await Promise.all(Array.from({ length: 20 }, () => packs.read(rows[0]!)))
    assert.equal(new Set(all).size, 1)
    assert.equal(counts.read, 1)
  })

  it('keeps no more than its limit, and evicts the frame used longest ago', async () => {
    const { packs, counts, rows } = await filled(3, 2 * (1000 + 256))
    const [a, b, c] = rows
    for (const row of [a!, b!, a!, c!, a!]) await packs.read(row)
    assert.equal(counts.read, 3)
    await packs.read(b!)
    assert.equal(counts.read, 4)
  })

  it('forgets a failed read', async () => {
    const { packs, counts, rows, kept } = await filled(1, 100_000)
    const pack = kept.get(rows[0]!.pack)!
    const bytes = pack.storedBytes
    pack.storedBytes = 10
    await Promise.all([1, 2].map(() => assert.rejects(packs.read(rows[0]!), { code: 'log-damaged' })))
    pack.storedBytes = bytes
    assert.equal((await packs.read(rows[0]!)).length, 1000)
    assert.equal(counts.read, 2)
  })

  it('answers nothing of a pack that was dropped while it was read', async () => {
    const { packs, rows } = await filled(2, 100_000)
    await packs.read(rows[0]!)
    const inFlight = packs.read(rows[1]!).catch(() => undefined)
    await packs.drop(rows[0]!.pack)
    await inFlight
    for (const row of rows) await assert.rejects(packs.read(row), { code: 'log-damaged' })
  })

  it('does not answer a wrong row from what it keeps of the right one', async () => {
    const { packs, rows } = await filled(1, 100_000)
    await packs.read(rows[0]!)
    await packs.readIndex(rows[0]!)
    await assert.rejects(packs.read({ ...rows[0]!, log: 77 }), { code: 'log-damaged' })
    await assert.rejects(packs.readIndex({ ...rows[0]!, at: 1 }), { code: 'log-damaged' })
  })
})

/** A cache over a store with `count` frames of 1000 bytes, and how often the store was read. */
async function filled(count: number, maxBytes: number) {
  const kept = new Map<string, MemoryPack>()
  const store = createMemoryPackStore({ packs: kept })
  const counts = { read: 0, readIndex: 0 }
  const counted: PackStore = {
    write: (...args) => store.write(...args),
    readStored: frame => store.readStored(frame),
    packs: () => store.packs(),
    frames: pack => store.frames(pack),
    drop: pack => store.drop(pack),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    read(frame) {
      counts.read++
      return store.read(frame)
    },
    readIndex(frame) {
      counts.readIndex++
      return store.readIndex(frame)
    },
  }
  const drafts: FrameDraft[] = Array.from({ length: count }, (_, i) => ({
    log: i + 1,
    at: 0,
    firstLine: 0,
    bytes: Buffer.alloc(1000, `frame ${i}`),
    arrivals: [{ at: 0, arrivedAtMs: 0 }],
    day: 1,
  }))
  return { packs: withFrameCache(counted, { maxBytes }), counts, kept, rows: await store.write(drafts) }
}
