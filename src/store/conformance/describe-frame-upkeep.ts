import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { FrameUpkeep } from '../../core/ports/frame-upkeep.ts'
import { evenFrames } from './describe-frame-catalog.ts'

type KeptFrames = FrameCatalog & FrameUpkeep

/** How the suite gets a frame table: `use` gets an empty one, which is closed and removed afterwards. */
export type WithFrameUpkeep = (use: (frames: KeptFrames) => Promise<void>) => Promise<void>

/** The promises of FrameUpkeep, which every implementation keeps. */
export function describeFrameUpkeep(name: string, withFrames: WithFrameUpkeep): void {
  describe(`FrameUpkeep: ${name}`, () => {
    for (const [title, run] of Object.entries(UPKEEP)) test(title, () => withFrames(run))
  })
}

const ALL = [0, Number.MAX_SAFE_INTEGER, 1_000_000] as const

const UPKEEP: Record<string, (frames: KeptFrames) => Promise<void>> = {
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
}
