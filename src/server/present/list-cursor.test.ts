import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isTailraceError } from '../../contract/errors.ts'
import { decodeCursor, encodeCursor } from './list-cursor.ts'

const place = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const rejected = (error: unknown) => isTailraceError(error, 'invalid-parameter')

test('a cursor leads to its place, in its own list only', () => {
  fc.assert(
    fc.property(place, at => {
      const cursor = encodeCursor('jobs', at)
      assert.match(cursor, /^[A-Za-z0-9_-]+$/)
      assert.equal(decodeCursor('jobs', cursor), at)
      assert.throws(() => decodeCursor('builds x', cursor), rejected)
    }),
  )
})

test('text that no list gave is rejected', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      assert.throws(() => decodeCursor('jobs', text), rejected)
    }),
  )
  for (const inside of [
    'jobs:0',
    'jobs:01',
    'jobs:-1',
    'jobs:1.5',
    'jobs:9007199254740992',
    'jobs:',
    ':1',
    'jobs',
    'jobs:1:2',
    'jobs:1\n',
  ])
    assert.throws(() => decodeCursor('jobs', Buffer.from(inside).toString('base64url')), rejected, inside)
})

test('a cursor with one character changed leads to another place or is rejected, never to none', () => {
  fc.assert(
    fc.property(place, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (at, where, character) => {
      const cursor = encodeCursor('jobs', at)
      const index = where % cursor.length
      const changed = cursor.slice(0, index) + character + cursor.slice(index + 1)
      try {
        const other = decodeCursor('jobs', changed)
        assert.ok(Number.isSafeInteger(other) && other > 0)
        assert.equal(other === at, changed === cursor)
      } catch (error) {
        assert.ok(rejected(error), String(error))
      }
    }),
  )
})
