import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTailraceError } from '../../contract/errors.ts'
import { STEP_ID_MAX, STEPS_MAX_PER_BUILD } from '../../contract/limits.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import type { Principal } from '../access/principal.ts'
import { createBuild, numberSteps } from './create-build.ts'
import { Quotas } from './quotas.ts'

const isInvalid = (error: unknown) => isTailraceError(error, 'invalid-parameter')
const named = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => ({ name: `${prefix} ${i}` }))

describe('the steps of a build', () => {
  test('keep their number, or get the number of their name, or the next one', () => {
    const existing = [{ stepId: 4, name: 'compile' }]
    const wanted = [{ name: 'compile' }, { name: 'test' }, { name: 'pack', stepId: 2 }, { name: 'deploy' }]
    assert.deepEqual(numberSteps(wanted, existing), [
      { stepId: 4, name: 'compile' },
      { stepId: 5, name: 'test' },
      { stepId: 2, name: 'pack' },
      { stepId: 6, name: 'deploy' },
    ])
    assert.deepEqual(numberSteps([{ name: 'first' }], []), [{ stepId: 1, name: 'first' }])
  })

  test('are rejected when a number is given twice', () => {
    const twice = [
      { name: 'one', stepId: 3 },
      { name: 'two', stepId: 3 },
    ]
    assert.throws(() => numberSteps(twice, []), isInvalid)
  })

  test('are at most as many as a build may have, together with those that exist', () => {
    const existing = numberSteps(named(STEPS_MAX_PER_BUILD - 2, 'old'), [])
    assert.equal(numberSteps(named(2, 'new'), existing).length, 2)
    assert.throws(() => numberSteps(named(3, 'new'), existing), isInvalid)
    assert.equal(numberSteps([...named(2, 'new'), ...named(1, 'old')], existing).length, 3)
  })

  test('get no number above the largest', () => {
    const wanted = [{ name: 'last', stepId: STEP_ID_MAX - 1 }, { name: 'next' }]
    assert.equal(numberSteps(wanted, [])[1]?.stepId, STEP_ID_MAX)
    assert.throws(() => numberSteps([...wanted, { name: 'one too many' }], []), isInvalid)
  })
})

test('a build that exists is not created again for another job, by its id or its name', async () => {
  const ada: Principal = { projectId: 'ada', userId: 'u', userName: 'u', roles: new Set(['admin']) }
  const ports = {
    builds: memoryBuildCatalog(),
    clock: () => 1,
    idGenerator: { jobId: () => 'j1', recordId: () => 'r1' },
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
  }
  const repeat = (job: { readonly id: string } | { readonly name: string }) =>
    createBuild(ports, ada, { job, recordId: 'r', source: 'test', steps: [] })
  const { build } = await repeat({ name: 'nightly' })
  for (const job of [{ name: 'nightly' }, { id: build.jobId }])
    assert.deepEqual(await repeat(job), { build, created: false, steps: [] })
  for (const job of [{ name: 'other' }, { id: 'other' }])
    await assert.rejects(repeat(job), error => isTailraceError(error, 'already-exists'))
})
