import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { overriding } from '../../../test/props/overriding.ts'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { countLineEnds } from '../../text/lines.ts'
import type { Journal } from '../ports/journal.ts'
import { draftFrames } from './draft-frames.ts'

const LOG = 7
const DAY = 3
const SIZES = { targetBytes: 64, maxBytes: 128 }

/** Lines of a log from offset `at` on, each of which arrived a millisecond after the one before. */
async function openJournal(at: number, lines: readonly number[]) {
  const journal = new MemoryJournal()
  const chunks = lines.map(length => Buffer.from(`${'x'.repeat(length)}\n`))
  await journal.open(LOG, at)
  let head = at
  const arrivedAtMs = new Map<number, number>()
  for (const [i, bytes] of chunks.entries()) {
    await journal.append(LOG, head, bytes, i + 1)
    for (let n = 0; n < bytes.length; n++) arrivedAtMs.set(head + n, i + 1)
    head += bytes.length
  }
  return { journal, head, bytes: Buffer.concat(chunks), arrivedAtMs }
}

/** A journal that cannot read these bytes. */
function damagedJournal(
  journal: MemoryJournal,
  damaged: { readonly from: number; readonly to: number },
): Journal {
  return overriding<Journal>(journal, {
    read: async function* (log, from, to) {
      const end = from < damaged.to ? Math.min(to, damaged.from) : to
      if (from < end) yield* journal.read(log, from, end)
      if (from < damaged.to && to > damaged.from) throw new TailraceError('log-damaged', 'injected')
    },
  })
}

const lengths = fc.array(fc.nat(100), { minLength: 1, maxLength: 20 })

describe('drafted frames', () => {
  test('join from the packed end on, with exact bytes, line numbers and arrival times', () =>
    fc.assert(
      fc.asyncProperty(
        lengths,
        fc.nat(300),
        fc.nat(50),
        fc.nat(200),
        async (lines, from, packedLines, ahead) => {
          const { journal, head, bytes, arrivedAtMs } = await openJournal(from, lines)
          const start = Math.min(head, from + ahead)
          const due = { log: LOG, from, to: head, everything: true }
          const packed = { end: start, lines: packedLines }
          const { drafts, lost } = await draftFrames(journal, due, packed, DAY, SIZES)
          assert.equal(lost, undefined)
          let [at, line] = [start, packedLines]
          for (const draft of drafts) {
            assert.deepEqual([draft.log, draft.at, draft.firstLine, draft.day], [LOG, at, line, DAY])
            const end = at + draft.bytes.length
            assert.deepEqual(Buffer.from(draft.bytes), bytes.subarray(at - from, end - from))
            assert.equal(draft.arrivals[0]?.at, at)
            for (let n = at; n < end; n++)
              assert.equal(draft.arrivals.findLast(one => one.at <= n)?.arrivedAtMs, arrivedAtMs.get(n))
            assert.ok(draft.arrivals.every(one => one.at >= at && one.at < end))
            line += countLineEnds(draft.bytes)
            at = end
          }
          assert.equal(at, head)
        },
      ),
    ))

  test('leave the journal the space of bytes that are packed already', async () => {
    const { journal, head } = await openJournal(0, [20, 20, 20])
    await draftFrames(
      journal,
      { log: LOG, from: 0, to: head, everything: false },
      { end: 21, lines: 1 },
      DAY,
      SIZES,
    )
    assert.deepEqual(await journal.extent(LOG), { from: 21, head })
  })

  test('name a damaged place as lost, from its first byte to the first readable probe', async () => {
    const { journal, head } = await openJournal(0, Array<number>(400).fill(60))
    for (const [from, to, lostTo] of [
      [1000, 1010, 1000 + 4096],
      [1000, 6000, 1000 + 2 * 4096],
      [1000, head, head],
      [0, 1, 4096],
    ] as const) {
      const due = { log: LOG, from: 0, to: head, everything: false }
      const damaged = damagedJournal(journal, { from, to })
      const { drafts, lost } = await draftFrames(damaged, due, { end: 0, lines: 0 }, DAY, SIZES)
      const before = drafts.reduce((bytes, draft) => bytes + draft.bytes.length, 0)
      assert.equal(before, from, 'every byte before the damaged place becomes a frame')
      assert.ok(isTailraceError(lost?.cause, 'log-damaged'))
      const { at, end, firstLine, lines } = lost.frame
      assert.deepEqual([at, end, firstLine, lines], [from, lostTo, Math.floor(from / 61), 0])
    }
  })

  test('are none when the journal fails for another reason', async () => {
    const { journal, head } = await openJournal(0, [20])
    const failing = overriding<Journal>(journal, {
      // biome-ignore lint/correctness/useYield: it fails before its first chunk
      read: async function* () {
        throw new TailraceError('store-unavailable', 'injected')
      },
    })
    const due = { log: LOG, from: 0, to: head, everything: true }
    await assert.rejects(draftFrames(failing, due, { end: 0, lines: 0 }, DAY, SIZES), error =>
      isTailraceError(error, 'store-unavailable'),
    )
  })
})
