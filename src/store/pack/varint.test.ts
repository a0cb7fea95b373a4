import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { pushSignedVarint, pushVarint, readVarints } from './varint.ts'

it('gives back every safe integer', () => {
  const cases = [0, 1, 127, 128, 2 ** 31, 2 ** 32, 2 ** 49 - 1, 2 ** 49, Number.MAX_SAFE_INTEGER]
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), values => {
      const out: number[] = []
      for (const value of [...cases, ...values]) pushVarint(out, value)
      const reader = readVarints(Uint8Array.from(out), 0, out.length)
      for (const value of [...cases, ...values]) assert.equal(reader.next(), value)
      assert.equal(reader.position, out.length)
    }),
  )
})

it('gives back signed numbers below 2^52', () => {
  const limit = 2 ** 52 - 1
  fc.assert(
    fc.property(fc.integer({ min: -limit, max: limit }), value => {
      const out: number[] = []
      for (const one of [value, -limit, limit]) pushSignedVarint(out, one)
      const reader = readVarints(Uint8Array.from(out), 0, out.length)
      assert.deepEqual(
        [reader.nextSigned(), reader.nextSigned(), reader.nextSigned()],
        [value, -limit, limit],
      )
    }),
  )
})

it('rejects values that no varint can express', () => {
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => pushVarint([], value), RangeError)
})

it('rejects numbers that are cut off, too long, too great or not in their shortest form', () => {
  for (const bytes of [
    [],
    [0x80],
    [0xff, 0xff],
    [0x80, 0],
    [0xff, 0],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
  ])
    assert.throws(() => readVarints(Uint8Array.from(bytes), 0, bytes.length).next(), { code: 'log-damaged' })
  assert.throws(() => readVarints(Uint8Array.from([0x80, 1]), 0, 1).next(), { code: 'log-damaged' })
})
