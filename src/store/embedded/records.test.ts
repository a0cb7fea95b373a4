import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StepState } from '../../core/ports/build-catalog.ts'
import { knownLogs } from './records.ts'

test('after a restart only the log of a running step accepts appends without being opened again', async () => {
  const states: readonly StepState[] = ['running', 'abandoned', 'sealed', 'waiting', 'skipped']
  const summaries = states.map((state, log) => [log, { state, createdAtMs: 0 }] as const)
  const known = await knownLogs(
    { statesOf: async () => new Map(summaries) },
    { packedEnds: async () => new Map() },
    states.map((_, log) => log),
  )
  assert.deepEqual(
    states.map((_, log) => known.get(log)?.open),
    [true, false, false, false, false],
  )
})
