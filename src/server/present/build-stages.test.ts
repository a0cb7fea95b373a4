import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Build, Step } from '../../core/ports/build-catalog.ts'
import { buildStages, stageId } from './build-stages.ts'

const BUILD: Build = {
  projectId: 'a'.repeat(32),
  jobId: 'b'.repeat(32),
  jobName: 'deploy',
  buildNo: 3,
  recordId: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  source: 'tailrace',
  creatorId: 'ada',
  createdAtMs: 1_727_147_929_000,
}

function step(stepId: number, more: Partial<Step>): Step {
  const { jobName: _, ...ofBuild } = BUILD
  return { ...ofBuild, log: stepId, stepId, name: `step ${stepId}`, state: 'waiting', ...more }
}

test('a stage id is the version 5 UUID of its name', () => {
  // The vector of Python's documentation: uuid5(NAMESPACE_DNS, 'python.org').
  assert.equal(stageId(BUILD.recordId, 'python.org'), '886313e1-3b8a-5372-9b90-0c9aee199e5d')
})

test('every state of a step has its word and code', () => {
  const stages = buildStages(BUILD, [
    step(1, { state: 'waiting' }),
    step(2, { state: 'running', beganAtMs: 2 }),
    step(3, { state: 'sealed', outcome: 'SUCCESS', beganAtMs: 2, finishedAtMs: 3 }),
    step(4, { state: 'sealed', outcome: 'FAILURE', beganAtMs: 2, finishedAtMs: 3 }),
    step(5, { state: 'sealed', outcome: 'ABORTED', beganAtMs: 2, finishedAtMs: 3 }),
    step(6, { state: 'abandoned', beganAtMs: 2 }),
    step(7, { state: 'skipped' }),
  ])
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7]
      .map(n => stages[`stage${n}`])
      .map(one => [one?.status, one?.status_code, one?.node_id]),
    [
      ['WAITING', 1, null],
      ['RUNNING', 2, 2],
      ['SUCCESS', 5, 3],
      ['FAILURE', 6, 4],
      ['ABORTED', 8, 5],
      ['UNKNOWN', 0, 6],
      ['ABORTED', 8, null],
    ],
  )
})

test('times are written in UTC, durations fit 32 bits and are never below 0', () => {
  const { stage1, stage2, stage3, initial } = buildStages(BUILD, [
    step(1, { state: 'sealed', beganAtMs: 1000, finishedAtMs: 3500 }),
    step(2, { state: 'sealed', beganAtMs: 0, finishedAtMs: 2 ** 40 }),
    step(3, { state: 'sealed', beganAtMs: 5000, finishedAtMs: 4000 }),
  ])
  assert.equal(initial?.create_time, '2024-09-24T03:18:49.000+00:00')
  assert.deepEqual(
    [stage1?.start_time, stage1?.finish_time],
    ['1970-01-01T00:00:01.000+00:00', '1970-01-01T00:00:03.500+00:00'],
  )
  assert.deepEqual([stage1?.duration, stage2?.duration, stage3?.duration], [2500, 2 ** 31 - 1, 0])
})
