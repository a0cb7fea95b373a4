import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTailraceError } from '../../contract/errors.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import type { Principal } from '../access/principal.ts'
import { addSteps } from './add-steps.ts'

const ADA: Principal = { projectId: 'ada', userId: 'u', userName: 'u', roles: new Set(['admin']) }

/** A catalog with one build. */
async function openBuild() {
  const builds = memoryBuildCatalog()
  const draft = { projectId: 'ada', recordId: 'r', job: { name: 'nightly', idIfNew: 'j' }, source: 'test' }
  await builds.createBuild({
    ...draft,
    creatorId: 'u',
    createdAtMs: 1,
    steps: [{ stepId: 1, name: 'build' }],
  })
  const ports = { builds, notifier: createMemoryNotifier() }
  return {
    builds,
    add: (...names: string[]) =>
      addSteps(
        ports,
        ADA,
        'r',
        names.map(name => ({ name })),
      ),
    ports,
  }
}

describe('steps that are added to a build', () => {
  test('by two runners at the same moment get different numbers', async () => {
    const { builds, add } = await openBuild()
    const names = ['a', 'b', 'c', 'd']
    const added = await Promise.all(names.map(name => add(name)))
    assert.ok(added.every(({ created }) => created))
    const steps = await builds.listSteps('ada', 'r')
    assert.deepEqual(
      steps.map(({ stepId }) => stepId),
      [1, 2, 3, 4, 5],
    )
    assert.deepEqual(new Set(steps.map(({ name }) => name)), new Set(['build', ...names]))
  })

  test('with the names of existing steps are those steps', async () => {
    const { add } = await openBuild()
    const { created, steps } = await add('build')
    assert.deepEqual([created, steps.length], [false, 1])
  })

  test('while it is open wait to be begun', async () => {
    const { add } = await openBuild()
    const { steps } = await add('test')
    assert.deepEqual(
      steps.map(({ name, state }) => [name, state]),
      [
        ['build', 'waiting'],
        ['test', 'waiting'],
      ],
    )
  })

  test('after its result are skipped, and the steps that it has stay as they are', async () => {
    const { builds, add } = await openBuild()
    const [first] = await builds.listSteps('ada', 'r')
    await builds.changeStep(first!.log, ['waiting'], { state: 'running' })
    await builds.finishBuild('ada', 'r', 'SUCCESS', 2)
    const { steps } = await add('late')
    assert.deepEqual(
      steps.map(({ state }) => state),
      ['running', 'skipped'],
    )
  })

  test('are rejected when the build does not exist, or a number has another name', async () => {
    const { ports } = await openBuild()
    const isRefused = (code: string) => (error: unknown) => isTailraceError(error) && error.code === code
    await assert.rejects(addSteps(ports, ADA, 'unknown', [{ name: 'x' }]), isRefused('not-found'))
    await assert.rejects(
      addSteps({ ...ports }, { ...ADA, projectId: 'bob' }, 'r', [{ name: 'x' }]),
      isRefused('not-found'),
    )
    await assert.rejects(addSteps(ports, ADA, 'r', [{ name: 'x', stepId: 1 }]), isRefused('already-exists'))
  })
})
