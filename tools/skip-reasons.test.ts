import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { withSkipReasons } from './skip-reasons.ts'

const passed = (name: string, skip?: string | boolean) =>
  ({ type: 'test:pass', data: { name, file: '/root/a.test.ts', skip } }) as unknown as TestEvent
const diagnostic = (message: string, nesting = 0) =>
  ({ type: 'test:diagnostic', data: { message, nesting } }) as unknown as TestEvent

async function messages(...events: TestEvent[]): Promise<string[]> {
  async function* source() {
    yield* events
  }
  const seen: string[] = []
  for await (const event of withSkipReasons(source(), file => file.slice('/root/'.length)))
    if (event.type === 'test:diagnostic') seen.push(event.data.message)
  return seen
}

test('skipped tests are reported with their reasons before the summary, and nothing else changes', async () => {
  assert.deepEqual(
    await messages(
      passed('x', 'no tool'),
      passed('y'),
      passed('z', true),
      diagnostic('tests 3', 1),
      diagnostic('tests 3'),
      diagnostic('pass 1'),
    ),
    [
      'tests 3',
      'skipped: a.test.ts: x: no tool',
      'skipped: a.test.ts: z: no reason given',
      'tests 3',
      'pass 1',
    ],
  )
})

test('nothing is reported when nothing is skipped', async () => {
  assert.deepEqual(await messages(passed('x'), diagnostic('tests 1')), ['tests 1'])
})
