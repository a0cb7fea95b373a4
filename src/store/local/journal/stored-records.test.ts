import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Segment } from './segment.ts'
import { type StoredRecord, StoredRecords } from './stored-records.ts'

const SEGMENTS = [1, 2, 3].map(sequence => {
  const file = { path: '', file: undefined as never, sizeBytes: 100_000, pins: 0 }
  return new Segment(file, { sequence, segmentBytes: 100_000, salt: new Uint8Array(16), earlier: [] })
})

type Step =
  | { readonly do: 'add'; readonly length: number; readonly surplus: number; readonly times: number }
  | { readonly do: 'next segment' }
  | { readonly do: 'cut' | 'drop' | 'window'; readonly share: number; readonly maxRecords: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      length: fc.integer({ min: 1, max: 50 }),
      surplus: fc.constantFrom(0, 0, 0, 7),
      times: fc.constantFrom(1, 5, 40, 3000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('next segment' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('cut' as const, 'drop' as const, 'window' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      maxRecords: fc.integer({ min: 1, max: 5000 }),
    }),
  },
)

describe('the records of a live log in memory', () => {
  it('equal those of a plain list, whatever is added, cut off, dropped and looked up', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const records = new StoredRecords()
        let model: StoredRecord[] = []
        let segment = 0
        let position = 8192
        for (const one of steps) {
          const from = model[0]?.at ?? 0
          const end = model.at(-1)?.end ?? 0
          const place = 'share' in one ? from + Math.floor((end - from) * one.share) : 0
          switch (one.do) {
            case 'next segment':
              segment = Math.min(segment + 1, 2)
              break
            case 'add':
              for (let i = 0; i < one.times; i++) {
                const at = model.at(-1)?.end ?? 0
                const payloadBytes = one.length + one.surplus
                const added = {
                  segment: SEGMENTS[segment]!,
                  position,
                  payloadBytes,
                  at,
                  end: at + one.length,
                }
                records.add(added)
                model.push(added)
                position += 40 + payloadBytes
              }
              break
            case 'cut':
              records.cutOff(place)
              model = model
                .filter(({ at }) => at < place)
                .map(record => (record.end > place ? { ...record, end: place } : record))
              break
            case 'drop': {
              const held = new Set(model.map(record => record.segment))
              model = model.filter(record => record.end > place)
              for (const { segment } of model) held.delete(segment)
              assert.deepEqual(new Set(records.dropBelow(place)), held)
              break
            }
            case 'window': {
              const expected = model
                .filter(record => record.end > place && record.at < Math.min(place + 5000, end))
                .slice(0, one.maxRecords)
              assert.deepEqual(records.window(place, end, 5000, one.maxRecords), expected)
            }
          }
          assert.equal(records.count, model.length)
          assert.equal(records.oldest?.position, model[0]?.position)
          assert.equal(records.end, model.at(-1)?.end)
        }
        assert.deepEqual(records.window(model[0]?.at ?? 0, Infinity, Infinity, Infinity), model)
        assert.deepEqual(records.segments, [...new Set(model.map(record => record.segment))])
      }),
      { numRuns: 100 },
    )
  })
})
