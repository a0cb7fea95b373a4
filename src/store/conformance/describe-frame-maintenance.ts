import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { FrameMaintenance } from '../../core/ports/frame-maintenance.ts'
import type { Frame } from '../../core/ports/pack-store.ts'
import { evenFrames } from './describe-frame-catalog.ts'

type KeptFrames = FrameCatalog & FrameMaintenance

/**
 * How the suite gets a frame table: `use` gets an empty one, which is closed and removed
 * afterwards.
 */
export type WithFrameMaintenance = (use: (frames: KeptFrames) => Promise<void>) => Promise<void>

/** The promises of FrameMaintenance, which every implementation keeps. */
export function describeFrameMaintenance(name: string, withFrames: WithFrameMaintenance): void {
  describe(`FrameMaintenance: ${name}`, () => {
    for (const [title, run] of Object.entries(MAINTENANCE)) test(title, () => withFrames(run))
  })
}

const ALL = [0, Number.MAX_SAFE_INTEGER, 1_000_000] as const

const MAINTENANCE: Record<string, (frames: KeptFrames) => Promise<void>> = {
  async 'rows of removed logs go, those of others stay'(frames) {
    const kept = evenFrames(2, 5)
    await frames.addFrames([...evenFrames(1, 5), ...kept, ...evenFrames(3, 5)])
    assert.equal(await frames.removeFrames([1, 3, 99], 100), 10)
    assert.deepEqual(await frames.framesOf(1, ...ALL), [])
    assert.deepEqual((await frames.packedEnds([1])).get(1), { end: 0, lines: 0 })
    assert.deepEqual(await frames.framesOf(2, ...ALL), kept)
    assert.equal(await frames.removeFrames([1, 3], 100), 0)
  },

  async 'rows go in portions'(frames) {
    await frames.addFrames([...evenFrames(1, 7), ...evenFrames(2, 3)])
    const portions = []
    for (let removed = 4; removed === 4; portions.push(removed))
      removed = await frames.removeFrames([1, 2], 4)
    assert.deepEqual(portions, [4, 4, 2])
    assert.deepEqual(await frames.framesOf(1, ...ALL), [])
    assert.deepEqual(await frames.framesOf(2, ...ALL), [])
  },

  async 'the end of a pack never goes back'(frames) {
    await frames.addFrames(evenFrames(1, 3))
    const end = await frames.packEnd('pack-2')
    assert.ok(end > 0)
    await frames.removeFrames([1], 100)
    assert.equal(await frames.packEnd('pack-2'), end)
  },

  async 'a pack is sparse when rows name less than half of it'(frames) {
    const [a, b, c] = [stored(1, 'x', 0, 40), stored(2, 'x', 40, 30), stored(3, 'x', 70, 30)]
    await frames.addFrames([a, b, c, stored(4, 'y', 0, 500)])
    assert.deepEqual(await frames.sparsePacks(10), [])
    assert.deepEqual([await frames.liveBytes('x'), await frames.liveBytes('none')], [100, 0])
    await frames.removeFrames([1], 10)
    assert.deepEqual(await frames.sparsePacks(10), [])
    await frames.removeFrames([2], 10)
    assert.deepEqual(await frames.sparsePacks(10), [{ pack: 'x', endPosition: 100, liveBytes: 30 }])
    await frames.removeFrames([4], 10)
    assert.deepEqual(
      (await frames.sparsePacks(10)).map(({ pack, liveBytes }) => [pack, liveBytes]),
      [
        ['y', 0],
        ['x', 30],
      ],
    )
    assert.equal((await frames.sparsePacks(1)).length, 1)
  },

  async 'a moved frame is found at its new place alone'(frames) {
    const log = evenFrames(1, 3)
    await frames.addFrames(log)
    const moves = log.map((from, i) => ({
      from,
      to: { ...from, pack: 'new', position: i * 70, storedBytes: 70 },
    }))
    assert.equal(await frames.moveFrames(moves), 3)
    assert.deepEqual(
      await frames.framesOf(1, ...ALL),
      moves.map(({ to }) => to),
    )
    assert.deepEqual([await frames.liveBytes('new'), await frames.packEnd('new')], [210, 210])
    assert.equal(await frames.liveBytes('pack-0'), 0)
    assert.deepEqual((await frames.sparsePacks(10)).map(({ pack }) => pack).sort(), [
      'pack-0',
      'pack-1',
      'pack-2',
    ])
  },

  async 'a row that is gone, or elsewhere, does not move'(frames) {
    const [first, second] = [stored(1, 'x', 0, 50), stored(2, 'x', 50, 50)]
    await frames.addFrames([first, second])
    const to = { ...first, pack: 'z', position: 0 }
    const moves = [
      { from: { ...first, position: 7 }, to },
      { from: { ...first, pack: 'unknown' }, to },
      { from: stored(9, 'x', 0, 50), to: { ...to, log: 9 } },
    ]
    assert.equal(await frames.moveFrames(moves), 0)
    assert.equal(await frames.moveFrames([]), 0)
    assert.deepEqual(await frames.framesOf(1, ...ALL), [first])
    assert.deepEqual([await frames.liveBytes('x'), await frames.liveBytes('z')], [100, 0])
  },

  async 'an empty pack can be forgotten, one that rows name cannot'(frames) {
    await frames.addFrames([stored(1, 'x', 0, 50)])
    await frames.forgetPack('x')
    assert.equal(await frames.packEnd('x'), 50)
    await frames.removeFrames([1], 10)
    await frames.forgetPack('x')
    await frames.forgetPack('unknown')
    assert.deepEqual([await frames.packEnd('x'), await frames.sparsePacks(10)], [0, []])
  },
}

/** The only frame of a log, at this place. */
const stored = (log: number, pack: string, position: number, storedBytes: number): Frame => ({
  ...evenFrames(log, 1)[0]!,
  pack,
  position,
  storedBytes,
})
