import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { overriding } from '../../../test/props/overriding.ts'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { createMemoryCoordination } from '../../store/memory/memory-coordination.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { createMemoryPackStore, type MemoryPack } from '../../store/memory/memory-pack-store.ts'
import type { Frame } from '../ports/pack-store.ts'
import { UnrecordedFrames } from './flush-frames.ts'
import { type ReclaimPorts, reclaimPacks } from './reclaim-packs.ts'

const [LARGE, SMALL, OTHER] = [1, 2, 3] as const
/** Bytes that zstd cannot make much smaller, so that stored sizes follow these sizes. */
const noise = (length: number, seed: number) => {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state & 0xff
  })
}
const BYTES = new Map<number, Uint8Array>([
  [LARGE, noise(3000, 1)],
  [SMALL, noise(500, 2)],
  [OTHER, noise(400, 3)],
])

/** A store with one pack of day 5: a large frame and two small ones, each of another log. */
async function openStore() {
  const frames = memoryFrameCatalog()
  const media = new Map<string, MemoryPack>()
  const packs = createMemoryPackStore({ packs: media })
  const ports: ReclaimPorts & ReturnType<typeof createMemoryCoordination> = {
    ...createMemoryCoordination(),
    packs,
    frames,
    frameMaintenance: frames,
    unrecorded: new UnrecordedFrames(),
    unreadable: new Set(),
  }
  const draft = (log: number) => ({
    log,
    at: 0,
    firstLine: 0,
    bytes: BYTES.get(log)!,
    arrivals: [{ at: 0, arrivedAtMs: 12 + log }],
    day: 5,
  })
  const rows = await packs.write([LARGE, SMALL, OTHER].map(draft))
  await frames.addFrames(rows)
  return { ports, frames, packs, media, rows, pack: rows[0]!.pack, draft }
}

let store: Awaited<ReturnType<typeof openStore>>
beforeEach(async () => {
  store = await openStore()
})

const remove = (...logs: number[]) => store.frames.removeFrames(logs, 100)
const rowOf = async (log: number) => (await store.frames.framesOf(log, 0, 1, 1))[0]
const endOf = (rows: readonly Frame[]) => Math.max(...rows.map(row => row.position + row.storedBytes))
const NOTHING = { droppedPacks: 0, droppedBytes: 0, movedBytes: 0 }

async function assertReadable(...logs: number[]) {
  for (const log of logs)
    assert.deepEqual(Buffer.from(await store.packs.read((await rowOf(log))!)), Buffer.from(BYTES.get(log)!))
}

describe('reclaiming packs', () => {
  test('leaves a pack alone that is at least half alive', async () => {
    await remove(OTHER)
    assert.deepEqual(await reclaimPacks(store.ports), NOTHING)
    assert.deepEqual([...store.media.keys()], [store.pack])
  })

  test('drops a pack without live frames, and counts its bytes', async () => {
    await remove(LARGE, SMALL, OTHER)
    const droppedBytes = endOf(store.rows)
    assert.deepEqual(await reclaimPacks(store.ports), { droppedPacks: 1, droppedBytes, movedBytes: 0 })
    assert.equal(store.media.size, 0)
    assert.deepEqual(await reclaimPacks(store.ports), NOTHING)
  })

  test('moves the live frames of a sparse pack to another pack of the day, and drops it', async () => {
    await remove(LARGE)
    const { droppedPacks, movedBytes } = await reclaimPacks(store.ports)
    assert.deepEqual([droppedPacks, movedBytes], [1, 900])
    assert.equal(store.media.has(store.pack), false)
    assert.deepEqual(
      [...store.media.values()].map(({ day }) => day),
      [5],
    )
    await assertReadable(SMALL, OTHER)
    const { arrivals } = await store.packs.readIndex((await rowOf(SMALL))!)
    assert.deepEqual(arrivals, [{ at: 0, arrivedAtMs: 12 + SMALL }])
  })

  test('leaves a pack whose frames still wait for their rows', async () => {
    await remove(LARGE, SMALL, OTHER)
    store.ports.unrecorded.frames = [store.rows[0]!]
    assert.deepEqual(await reclaimPacks(store.ports), NOTHING)
    assert.ok(store.media.has(store.pack))
  })

  test('leaves all packs while they are pinned, also when the pin comes during the pass', async () => {
    await remove(LARGE, SMALL, OTHER)
    using pin = store.ports.packPins.hold()
    assert.deepEqual(await reclaimPacks(store.ports), NOTHING)
    pin[Symbol.dispose]()
    using late = new DisposableStack()
    const frameMaintenance = overriding(store.ports.frameMaintenance, {
      sparsePacks: async limit => {
        const found = await store.frames.sparsePacks(limit)
        setImmediate(() => late.use(store.ports.packPins.hold()))
        return found
      },
    })
    const inTurn: ReclaimPorts['inTurn'] = async work => {
      await new Promise(resolve => setImmediate(resolve))
      return store.ports.inTurn(work)
    }
    assert.deepEqual(await reclaimPacks({ ...store.ports, frameMaintenance, inTurn }), NOTHING)
    assert.ok(store.media.has(store.pack))
  })

  test('drops no pack that got a row again meanwhile', async () => {
    await remove(LARGE, SMALL, OTHER)
    const inTurn: ReclaimPorts['inTurn'] = async work => {
      if ((await rowOf(SMALL)) === undefined) await store.frames.addFrames([store.rows[1]!])
      return store.ports.inTurn(work)
    }
    assert.deepEqual(await reclaimPacks({ ...store.ports, inTurn }), NOTHING)
    await assertReadable(SMALL)
  })
})

describe('reclaiming a pack with a damaged frame', () => {
  beforeEach(async () => {
    await remove(LARGE)
    const { position, storedBytes } = store.rows[1]!
    store.media.get(store.pack)!.buffer[position + storedBytes - 1]! ^= 1
  })

  test('moves the sound frames, keeps the pack with the damaged one, and does not try it again', async () => {
    const { droppedPacks, movedBytes } = await reclaimPacks(store.ports)
    assert.deepEqual([droppedPacks, movedBytes], [0, 400])
    assert.ok(store.media.has(store.pack))
    assert.equal((await rowOf(SMALL))!.pack, store.pack)
    await assertReadable(OTHER)
    assert.deepEqual([...store.ports.unreadable], [store.pack])
    assert.deepEqual(await reclaimPacks(store.ports), NOTHING)
    assert.equal(store.media.size, 2)
  })

  test('still reclaims every other pack', async () => {
    await reclaimPacks(store.ports)
    const rows = await store.packs.write([{ ...store.draft(LARGE), day: 6 }])
    await store.frames.addFrames(rows)
    await remove(LARGE)
    assert.equal((await reclaimPacks(store.ports)).droppedPacks, 1)
  })
})

test('reclaiming fails as the packs do, and drops nothing that was not moved', async () => {
  await remove(LARGE)
  const packs = overriding(store.packs, {
    read: async () => {
      throw new TailraceError('store-unavailable', 'injected')
    },
  })
  await assert.rejects(reclaimPacks({ ...store.ports, packs }), error =>
    isTailraceError(error, 'store-unavailable'),
  )
  await assertReadable(SMALL, OTHER)
  assert.equal(store.ports.unreadable.size, 0)
})
