import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { TestTimes } from './test-times.ts'

const completed = (name: string, ms: number, file = '/root/a.test.ts', nesting = 0) =>
  ({
    type: 'test:complete',
    data: { name, file, nesting, details: { duration_ms: ms } },
  }) as unknown as TestEvent

const fileOf = (n: number) => `/root/${n}.test.ts`
const shortName = (file: string) => file.slice('/root/'.length)

test('the ten slowest files and the whole time are reported, slowest first', () => {
  const times = new TestTimes()
  for (let n = 1; n <= 12; n++) times.add(completed(fileOf(n), n * 1000, fileOf(n)))
  const lines = times.report(83_400, shortName).split('\n')
  assert.equal(lines[0], 'The slowest of 12 files:')
  assert.deepEqual(
    lines.slice(1, -1).map(line => line.trim().split(/ {2,}/)),
    Array.from({ length: 10 }, (_, i) => [`${12 - i}.0 s`, `${12 - i}.test.ts`]),
  )
  assert.equal(lines.at(-1), 'The run took 1 min 23 s (83.4 s).')
})

test('the tests of a file do not count, only the file', () => {
  const times = new TestTimes()
  times.add(completed('a test', 900))
  times.add(completed('/root/a.test.ts', 800, '/root/a.test.ts', 1))
  times.add(completed('/root/a.test.ts', 1000))
  assert.equal(
    times.report(1000, shortName),
    'The slowest of 1 file:\n    1.0 s  a.test.ts\nThe run took 0 min 1 s (1.0 s).',
  )
})
