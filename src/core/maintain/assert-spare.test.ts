import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTailraceError } from '../../contract/errors.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import type { Frame } from '../ports/pack-store.ts'
import { assertSpare, type SparePorts } from './assert-spare.ts'

const [LOG, DELETED, LAST_LOG] = [5, 4, 9] as const

const frame = (at: number, end: number, pack = 'a', log: number = LOG): Frame => {
  return { log, at, end, firstLine: 0, lines: 0, pack, position: at, storedBytes: end - at }
}

interface Given {
  readonly rows?: readonly Frame[]
  readonly extent?: { readonly from: number; readonly head: number }
  readonly isStored?: boolean
}

/** A frame without a row, in a store with these rows and this live log. */
async function spare(unnamed: Frame | readonly Frame[], { rows = [], extent, isStored = true }: Given) {
  const frames = memoryFrameCatalog()
  await frames.addFrames(rows)
  const state = { state: 'running', createdAtMs: 1 } as const
  const ports: SparePorts = {
    census: {
      lastLog: async () => LAST_LOG,
      statesOf: async logs => new Map(logs.filter(log => log !== DELETED).map(log => [log, state])),
    },
    frames,
    journal: { extent: async () => extent },
  }
  const all: readonly Frame[] = Array.isArray(unnamed) ? unnamed : [unnamed]
  await assertSpare(ports, all, async () => isStored)
}

const isOnlyCopy = (error: unknown) =>
  isTailraceError(error, 'store-unavailable') && /they are nowhere else/.test(error.message)

describe('a frame that no row names may be deleted', () => {
  test('when its log was deleted', () => spare(frame(0, 10, 'a', DELETED), {}))

  test('when rows of frames that are stored hold all its bytes', () =>
    spare(frame(2, 10), { rows: [frame(0, 5, 'b'), frame(5, 10, 'b')] }))

  test('when the journal holds all its bytes', () => spare(frame(0, 10), { extent: { from: 0, head: 10 } }))

  test('when rows hold its first bytes and the journal the others', () =>
    spare(frame(0, 10), { rows: [frame(0, 6, 'b')], extent: { from: 6, head: 10 } }))
})

describe('a frame that no row names may not be deleted', () => {
  for (const [why, given] of [
    ['when its bytes are nowhere else', {}],
    ['when rows hold only its first bytes', { rows: [frame(0, 9, 'b')] }],
    ['when the frame that a row names is not stored', { rows: [frame(0, 10, 'b')], isStored: false }],
    ['when the journal ends before it does', { extent: { from: 0, head: 9 } }],
    ['when the journal begins after it does', { extent: { from: 1, head: 10 } }],
    [
      'when a byte between rows and journal is missing',
      { rows: [frame(0, 5, 'b')], extent: { from: 6, head: 10 } },
    ],
    [
      'when the frame with its first bytes is not stored',
      { rows: [frame(0, 6, 'b')], extent: { from: 6, head: 10 }, isStored: false },
    ],
  ] as const satisfies readonly (readonly [string, Given])[])
    test(why, () => assert.rejects(spare(frame(0, 10), given), isOnlyCopy))

  test('when its log is newer than the catalog', () =>
    assert.rejects(spare(frame(0, 10, 'a', LAST_LOG + 1), {}), isOnlyCopy))

  test('however many spare ones come before it', async () => {
    const others = Array.from({ length: 2500 }, () => frame(0, 10, 'a', DELETED))
    await spare(others, {})
    await assert.rejects(spare([...others, frame(0, 10)], {}), isOnlyCopy)
  })
})
