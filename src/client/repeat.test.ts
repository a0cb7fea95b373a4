import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { retryDelayMs } from './repeat.ts'

describe('the wait before another try', () => {
  it('doubles from 250 ms to 10 s', () =>
    assert.deepEqual(
      [1, 2, 3, 6, 7, 100, 2000].map(attempt => retryDelayMs(attempt, () => 0)),
      [250, 500, 1000, 8000, 10_000, 10_000, 10_000],
    ))

  it('is shortened by chance to no less than a half', () => {
    assert.equal(
      retryDelayMs(1, () => 0.5),
      187.5,
    )
    assert.ok(retryDelayMs(1, () => 0.999_999) > 125)
  })
})
