import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isTailraceError } from '../../contract/errors.ts'
import type { LogId } from '../../contract/quantities.ts'
import type { FrameCatalog } from '../../core/ports/frame-catalog.ts'
import type { Frame } from '../../core/ports/pack-store.ts'

/**
 * How the suite gets a catalog: `use` gets an empty one, which is closed and removed afterwards.
 */
export type WithFrameCatalog = (use: (catalog: FrameCatalog) => Promise<void>) => Promise<void>

/** A log whose frames have these lengths, each with that many line ends. */
function framesOfLog(
  log: LogId,
  shape: readonly { readonly bytes: number; readonly lines: number }[],
): Frame[] {
  const frames: Frame[] = []
  for (const [i, { bytes, lines }] of shape.entries()) {
    const last = frames.at(-1)
    const at = last?.end ?? 0
    frames.push({
      log,
      at,
      end: at + bytes,
      firstLine: last === undefined ? 0 : last.firstLine + last.lines,
      lines,
      pack: `pack-${i % 3}`,
      position: at * 2,
      storedBytes: bytes,
    })
  }
  return frames
}

/** A log of equal frames. */
export const evenFrames = (log: LogId, count: number, bytes = 100, lines = 10) =>
  framesOfLog(
    log,
    Array.from({ length: count }, () => ({ bytes, lines })),
  )

const refusedAt = (head: number) => (error: unknown) => {
  assert.ok(isTailraceError(error, 'offset-conflict'), String(error))
  assert.equal(error.detail.head, head)
  return true
}

const ALL = [0, Number.MAX_SAFE_INTEGER, 1_000_000] as const

/** The promises of FrameCatalog, which every implementation keeps. */
export function describeFrameCatalog(name: string, withCatalog: WithFrameCatalog): void {
  describe(`FrameCatalog: ${name}`, () => {
    for (const [title, run] of Object.entries({ ...LOOKUPS, ...ADDING })) test(title, () => withCatalog(run))
  })
}

type Spec = Record<string, (catalog: FrameCatalog) => Promise<void>>

const LOOKUPS: Spec = {
  async 'a log without frames is empty'(catalog) {
    await catalog.addFrames([])
    await catalog.addFrames(evenFrames(2, 1))
    assert.deepEqual(await catalog.framesOf(1, ...ALL), [])
    assert.equal(await catalog.frameOfLine(1, 0), undefined)
    assert.deepEqual(await catalog.packedEnds([1]), new Map([[1, { end: 0, lines: 0 }]]))
    assert.deepEqual(await catalog.packedEnds([]), new Map())
    assert.equal(await catalog.packEnd('pack-9'), 0)
  },

  async 'a frame comes back as it was added'(catalog) {
    const frame: Frame = {
      log: 2 ** 31,
      at: 0,
      end: 1_000_000,
      firstLine: 0,
      lines: 4_321,
      pack: 'day-20000.0001',
      position: 2 ** 40,
      storedBytes: 77,
    }
    await catalog.addFrames([frame])
    assert.deepEqual(await catalog.framesOf(frame.log, 0, 1, 1), [frame])
    assert.deepEqual(await catalog.frameOfLine(frame.log, 17), frame)
  },

  async 'any range of any log finds what a walk over its frames finds'(catalog) {
    const frame = fc.record({ bytes: fc.integer({ min: 1, max: 30 }), lines: fc.integer({ min: 0, max: 3 }) })
    const place = fc.integer({ min: 0, max: 400 })
    let log = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 20 }),
        fc.array(fc.tuple(place, place, fc.integer({ min: 0, max: 8 })), { minLength: 5, maxLength: 20 }),
        async (shape, ranges) => {
          const frames = framesOfLog(++log, shape)
          await catalog.addFrames([...evenFrames(++log, 2), ...frames])
          for (const [from, to, limit] of ranges) {
            const walked = frames.filter(f => from < to && f.at < to && f.end > from).slice(0, limit)
            assert.deepEqual(await catalog.framesOf(log - 1, from, to, limit), walked)
          }
        },
      ),
      { numRuns: 60 },
    )
  },

  // Rows do not say whether a frame ends with "\n". So the frame that holds the line end before a
  // line is the answer: the line begins directly after it, in this frame or at its end.
  async 'any line is found in the frame that holds the line end before it'(catalog) {
    let log = 0
    const text = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(59), { maxLength: 12 }), async (isLineEnd, cuts) => {
        const frames = cutText(++log, isLineEnd, cuts)
        await catalog.addFrames(frames)
        const lineEnds = isLineEnd.flatMap((yes, at) => (yes ? [at] : []))
        assert.deepEqual(await catalog.frameOfLine(log, 0), frames[0])
        for (const [i, at] of lineEnds.entries())
          assert.deepEqual(
            await catalog.frameOfLine(log, i + 1),
            frames.find(frame => frame.at <= at && at < frame.end),
          )
        assert.equal(await catalog.frameOfLine(log, lineEnds.length + 1), undefined)
      }),
      { numRuns: 60 },
    )
  },

  async 'the ends of many logs are returned at once, each log once'(catalog) {
    const logs = Array.from({ length: 400 }, (_, i) => i + 1)
    await catalog.addFrames(logs.filter(log => log % 2 === 0).flatMap(log => evenFrames(log, (log % 5) + 1)))
    const ends = await catalog.packedEnds([...logs, ...logs])
    const expected = logs.map(log => {
      const count = log % 2 === 0 ? (log % 5) + 1 : 0
      return [log, { end: count * 100, lines: count * 10 }] as const
    })
    assert.deepEqual(new Map(ends), new Map(expected))
  },

  async 'every place of a log of 100,000 frames is found'(catalog) {
    const frames = evenFrames(5, 100_000, 65_536, 700)
    for (let i = 0; i < frames.length; i += 20_000) await catalog.addFrames(frames.slice(i, i + 20_000))
    await catalog.addFrames([...evenFrames(4, 1), ...evenFrames(6, 1)])
    for (const i of [0, 1, 49_999, 77_777, 99_998, 99_999]) {
      const { at, end, firstLine } = frames[i]!
      for (const from of [at, at + 1, end - 1])
        assert.deepEqual(await catalog.framesOf(5, from, end + 1, 9), frames.slice(i, i + 2))
      assert.deepEqual(await catalog.frameOfLine(5, firstLine + 1), frames[i])
      assert.deepEqual(await catalog.frameOfLine(5, firstLine + 700), frames[i])
    }
    assert.deepEqual(await catalog.framesOf(5, frames.at(-1)!.end, Number.MAX_SAFE_INTEGER, 1), [])
    assert.deepEqual(await catalog.packedEnds([5]), new Map([[5, { end: 6_553_600_000, lines: 70_000_000 }]]))
  },
}

/** A text, given by where its line ends are, in frames that are cut anywhere. */
function cutText(log: LogId, isLineEnd: readonly boolean[], cuts: readonly number[]): Frame[] {
  const bounds = [...new Set([0, ...cuts.filter(cut => cut < isLineEnd.length), isLineEnd.length])]
  bounds.sort((a, b) => a - b)
  return framesOfLog(
    log,
    bounds.slice(1).map((end, i) => {
      const chunk = isLineEnd.slice(bounds[i], end)
      return { bytes: chunk.length, lines: chunk.filter(yes => yes).length }
    }),
  )
}

const ADDING: Spec = {
  async 'frames of many logs, in any mixture, are added in one call'(catalog) {
    const logs = Array.from({ length: 300 }, (_, i) => evenFrames(i + 1, 5))
    await catalog.addFrames([0, 1, 2, 3, 4].flatMap(i => logs.map(frames => frames[i]!)))
    for (const frames of logs) assert.deepEqual(await catalog.framesOf(frames[0]!.log, ...ALL), frames)
  },

  async 'a frame that does not join rejects the whole call'(catalog) {
    const [first, second, third] = evenFrames(1, 3) as [Frame, Frame, Frame]
    await catalog.addFrames([first])
    const bad: readonly (readonly [string, Frame])[] = [
      ['a gap', third],
      ['a repeat', first],
      ['an overlap', { ...second, at: 99 }],
      ['other lines', { ...second, firstLine: 11 }],
      ['an empty frame', { ...second, end: second.at }],
    ]
    for (const [kind, frame] of bad) {
      const others = [...evenFrames(2, 600), frame, ...evenFrames(3, 1)]
      await assert.rejects(catalog.addFrames(others), refusedAt(100), kind)
      assert.deepEqual(await catalog.framesOf(2, ...ALL), [], kind)
      assert.deepEqual(await catalog.framesOf(3, ...ALL), [], kind)
      assert.deepEqual(await catalog.framesOf(1, ...ALL), [first], kind)
      assert.equal(await catalog.packEnd('pack-1'), 0, kind)
    }
    await assert.rejects(catalog.addFrames([second, second]), refusedAt(200))
    await assert.rejects(catalog.addFrames([third, second]), refusedAt(100))
    await assert.rejects(catalog.addFrames([second, { ...third, log: 4 }]), refusedAt(0))
    await catalog.addFrames([second, third])
    assert.deepEqual(await catalog.framesOf(1, ...ALL), [first, second, third])
  },

  async 'of calls that race with the same frames one wins'(catalog) {
    const frames = evenFrames(1, 3)
    const calls = await Promise.allSettled(Array.from({ length: 10 }, () => catalog.addFrames(frames)))
    assert.equal(calls.filter(call => call.status === 'fulfilled').length, 1)
    for (const call of calls) if (call.status === 'rejected') refusedAt(300)(call.reason)
    assert.deepEqual(await catalog.framesOf(1, ...ALL), frames)
  },

  async 'a pack ends after the last of its frames, whatever log and call added them'(catalog) {
    const place = (log: LogId, pack: string, position: number): Frame => ({
      ...evenFrames(log, 1)[0]!,
      pack,
      position,
      storedBytes: 50,
    })
    await catalog.addFrames([place(1, 'x', 100), place(2, 'y', 5_000), place(3, 'x', 30)])
    assert.deepEqual([await catalog.packEnd('x'), await catalog.packEnd('y')], [150, 5_050])
    await catalog.addFrames([place(4, 'x', 0), place(5, 'y', 6_000)])
    assert.deepEqual([await catalog.packEnd('x'), await catalog.packEnd('y')], [150, 6_050])
  },
}
