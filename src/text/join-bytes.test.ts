import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { joinBytes } from './join-bytes.ts'

it('joined bytes are the parts in order, and a single part is not copied', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), parts => {
      const joined = joinBytes(parts)
      assert.deepEqual(
        [...joined],
        parts.flatMap(part => [...part]),
      )
      if (parts.length === 1) assert.equal(joined, parts[0])
    }),
  )
})
