import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { RecentBytes } from './recent-bytes.ts'
import { Segment } from './segment.ts'

const CAPACITY = 1000

describe('the newest bytes in memory', () => {
  it('are found at their position exactly as they were written, or not found', () => {
    const batch = fc.record({ length: fc.integer({ min: 1, max: 1200 }), isElsewhere: fc.boolean() })
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 60 }), batches => {
        const recent = new RecentBytes(CAPACITY)
        let segment = newSegment()
        const added: { segment: Segment; position: number; bytes: Uint8Array }[] = []
        let position = 100
        for (const [i, { length, isElsewhere }] of batches.entries()) {
          if (isElsewhere) segment = newSegment()
          const bytes = new Uint8Array(length).fill(i + 1)
          recent.add(segment, position, bytes)
          added.push({ segment, position, bytes })
          position += length
          for (const one of added) {
            for (const offset of [0, one.bytes.length >> 1, one.bytes.length - 1]) {
              const start = recent.find(one.segment, one.position + offset)
              if (start === undefined) continue
              const rest = one.bytes.subarray(offset)
              assert.deepEqual(recent.bytes.subarray(start, start + rest.length), Buffer.from(rest))
            }
          }
          const mustBeThere = length <= CAPACITY
          assert.equal(recent.find(segment, position - length) !== undefined, mustBeThere)
          assert.equal(recent.find(segment, position), undefined)
        }
      }),
    )
  })

  it('stay until about as many others have been added', () => {
    const recent = new RecentBytes(CAPACITY)
    const segment = newSegment()
    for (let i = 0; i < 100; i++) {
      recent.add(segment, i * 10, new Uint8Array(10))
      for (let back = 0; back < 99 && back <= i; back++)
        assert.notEqual(recent.find(segment, (i - back) * 10), undefined)
    }
    recent.add(segment, 1000, new Uint8Array(10))
    assert.equal(recent.find(segment, 0), undefined)
    assert.notEqual(recent.find(segment, 10), undefined)
  })

  it('are not kept without memory for them', () => {
    const recent = new RecentBytes(0)
    const segment = newSegment()
    recent.add(segment, 0, new Uint8Array(10))
    assert.equal(recent.find(segment, 0), undefined)
  })
})

function newSegment(): Segment {
  const file = { path: '', file: undefined as never, sizeBytes: 100_000, pins: 0 }
  return new Segment(file, { sequence: 1, segmentBytes: 100_000, salt: new Uint8Array(16), earlier: [] })
}
