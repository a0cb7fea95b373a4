import assert from 'node:assert/strict'
import type { RunningLog } from '../../core/ports/build-catalog.ts'
import { ADA, BOB, create, recordId, refusedAs, type Spec, step } from './build-drafts.ts'

/** How steps are added and listed. */
export const STEPS: Spec = {
  async 'a new step waits and knows its build'(catalog) {
    const build = await create(catalog, { steps: [{ stepId: 7, name: 'checkout' }] })
    const { jobName: _, ...ofBuild } = build
    const found = await step(catalog, build, 7)
    assert.ok(Number.isSafeInteger(found.log) && found.log > 0)
    assert.deepEqual(found, { ...ofBuild, log: found.log, stepId: 7, name: 'checkout', state: 'waiting' })
    assert.deepEqual(await catalog.findStep(ADA, { jobId: build.jobId, buildNo: 1 }, 7), found)
    assert.equal(await catalog.findStep(ADA, build, 1), undefined)
  },

  async '10,000 steps given in any order are listed in step order, each with a log of its own'(catalog) {
    const ids = Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 10_000) + 1)
    const { recordId: record } = await create(catalog, {
      steps: ids.slice(0, 6_000).map(stepId => ({ stepId, name: `step ${stepId}` })),
    })
    await catalog.addSteps(
      ADA,
      record,
      ids.slice(6_000).map(stepId => ({ stepId, name: `step ${stepId}` })),
    )
    const steps = await catalog.listSteps(ADA, record)
    assert.deepEqual(
      steps.map(found => found.stepId),
      Array.from({ length: 10_000 }, (_, i) => i + 1),
    )
    assert.ok(steps.every(found => found.name === `step ${found.stepId}`))
    assert.equal(new Set(steps.map(found => found.log)).size, 10_000)
    assert.deepEqual(await catalog.findStep(ADA, { recordId: record }, 9_999), steps[9_998])
  },

  async 'a step that is added again stays as it is'(catalog) {
    const build = await create(catalog, { steps: [{ stepId: 1, name: 'checkout' }] })
    const { log } = await step(catalog, build, 1)
    await catalog.changeStep(log, ['waiting'], { state: 'running', beganAtMs: 3 })
    await catalog.addSteps(ADA, build.recordId, [
      { stepId: 2, name: 'build' },
      { stepId: 1, name: 'checkout' },
      { stepId: 2, name: 'build' },
    ])
    const [first, second, ...rest] = await catalog.listSteps(ADA, build.recordId)
    assert.deepEqual([first?.log, first?.state, first?.beganAtMs], [log, 'running', 3])
    assert.deepEqual([second?.stepId, second?.state, rest.length], [2, 'waiting', 0])
  },

  async 'steps are rejected as a whole if one has another name'(catalog) {
    const build = await create(catalog, { steps: [{ stepId: 1, name: 'checkout' }] })
    const contradiction = [
      { stepId: 2, name: 'build' },
      { stepId: 1, name: 'other' },
    ]
    await assert.rejects(catalog.addSteps(ADA, build.recordId, contradiction), refusedAs('already-exists'))
    const steps = await catalog.listSteps(ADA, build.recordId)
    assert.deepEqual(
      steps.map(found => [found.stepId, found.name]),
      [[1, 'checkout']],
    )
  },

  async 'steps of an unknown record are not found'(catalog) {
    await assert.rejects(
      catalog.addSteps(ADA, recordId(), [{ stepId: 1, name: 'x' }]),
      refusedAs('not-found'),
    )
  },

  async 'calls that race to add the same steps add each once'(catalog) {
    const { recordId: record } = await create(catalog)
    const steps = Array.from({ length: 20 }, (_, i) => ({ stepId: i + 1, name: `step ${i + 1}` }))
    await Promise.all(steps.map((_, i) => catalog.addSteps(ADA, record, steps.slice(i))))
    assert.deepEqual(
      (await catalog.listSteps(ADA, record)).map(found => found.stepId),
      steps.map(s => s.stepId),
    )
  },
}

const SHA256 = 'ab'.repeat(31).concat('0f')

/** How steps and builds change. */
export const STATES: Spec = {
  async 'a change sets the given fields and leaves the others'(catalog) {
    const build = await create(catalog, { steps: [{ stepId: 1, name: 'checkout' }] })
    const waiting = await step(catalog, build, 1)
    const began = { state: 'running', beganAtMs: 10 } as const
    const sealed = {
      state: 'sealed',
      finishedAtMs: 20,
      outcome: 'ABORTED',
      sizeBytes: Number.MAX_SAFE_INTEGER,
      sha256: SHA256,
      verified: false,
    } as const
    assert.equal(await catalog.changeStep(waiting.log, ['waiting'], began), true)
    assert.deepEqual(await step(catalog, build, 1), { ...waiting, ...began })
    assert.equal(await catalog.changeStep(waiting.log, ['waiting', 'running'], sealed), true)
    assert.deepEqual(await step(catalog, build, 1), { ...waiting, ...began, ...sealed })
    assert.deepEqual(await catalog.listSteps(ADA, build.recordId), [{ ...waiting, ...began, ...sealed }])
  },

  async 'a change from another state does nothing and says so'(catalog) {
    const build = await create(catalog, { steps: [{ stepId: 1, name: 'checkout' }] })
    const before = await step(catalog, build, 1)
    for (const from of [['running', 'sealed', 'abandoned', 'skipped'] as const, [] as const])
      assert.equal(await catalog.changeStep(before.log, from, { state: 'running', beganAtMs: 1 }), false)
    assert.equal(await catalog.changeStep(before.log + 1000, ['waiting'], { state: 'running' }), false)
    assert.deepEqual(await step(catalog, build, 1), before)
  },

  async 'of racing changes exactly one wins'(catalog) {
    const build = await create(catalog, { steps: [{ stepId: 1, name: 'checkout' }] })
    const { log } = await step(catalog, build, 1)
    const wins = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        catalog.changeStep(log, ['waiting'], { state: 'running', beganAtMs: i }),
      ),
    )
    assert.equal(wins.filter(won => won).length, 1)
    assert.equal((await step(catalog, build, 1)).beganAtMs, wins.indexOf(true))
  },

  async 'a change touches no other step'(catalog) {
    const steps = [
      { stepId: 1, name: 'checkout' },
      { stepId: 2, name: 'build' },
    ]
    const build = await create(catalog, { steps })
    const other = await step(catalog, build, 2)
    await catalog.changeStep((await step(catalog, build, 1)).log, ['waiting'], { state: 'abandoned' })
    assert.equal((await step(catalog, build, 1)).state, 'abandoned')
    assert.deepEqual(await step(catalog, build, 2), other)
  },

  async 'finishing a build skips the steps that never began, and only those'(catalog) {
    const steps = [1, 2, 3, 4].map(stepId => ({ stepId, name: `step ${stepId}` }))
    const build = await create(catalog, { steps })
    const elsewhere = await create(catalog, { steps })
    for (const [stepId, state] of [
      [1, 'sealed'],
      [2, 'running'],
      [3, 'abandoned'],
    ] as const)
      await catalog.changeStep((await step(catalog, build, stepId)).log, ['waiting'], { state })
    assert.equal(await catalog.finishBuild(ADA, build.recordId, 'SUCCESS', 77), true)
    const states = (await catalog.listSteps(ADA, build.recordId)).map(found => found.state)
    assert.deepEqual(states, ['sealed', 'running', 'abandoned', 'skipped'])
    assert.deepEqual(await catalog.findBuild(ADA, build), { ...build, outcome: 'SUCCESS', finishedAtMs: 77 })
    assert.deepEqual(await catalog.findBuild(ADA, elsewhere), elsewhere)
    assert.equal((await step(catalog, elsewhere, 1)).state, 'waiting')
  },

  async 'a build is finished once'(catalog) {
    const build = await create(catalog)
    const outcomes = ['SUCCESS', 'FAILURE', 'ABORTED'] as const
    const wins = await Promise.all(outcomes.map((o, i) => catalog.finishBuild(ADA, build.recordId, o, i)))
    assert.equal(wins.filter(won => won).length, 1)
    const finished = await catalog.findBuild(ADA, build)
    assert.equal(finished?.outcome, outcomes[wins.indexOf(true)])
    await catalog.addSteps(ADA, build.recordId, [{ stepId: 1, name: 'late' }])
    assert.equal(await catalog.finishBuild(ADA, build.recordId, 'FAILURE', 99), false)
    assert.deepEqual(await catalog.findBuild(ADA, build), finished)
    assert.equal((await step(catalog, build, 1)).state, 'waiting')
    await assert.rejects(catalog.finishBuild(ADA, recordId(), 'SUCCESS', 1), refusedAs('not-found'))
  },
}

/** What maintenance sees of all projects. */
export const CENSUS: Spec = {
  async 'states are returned across projects, for the logs that exist'(catalog) {
    const ada = await create(catalog, { createdAtMs: 1, steps: [{ stepId: 1, name: 'a' }] })
    const bob = await create(catalog, { projectId: BOB, createdAtMs: 2, steps: [{ stepId: 1, name: 'b' }] })
    const [first, second] = [(await step(catalog, ada, 1)).log, (await step(catalog, bob, 1)).log]
    await catalog.changeStep(second, ['waiting'], { state: 'running' })
    assert.deepEqual(
      new Map(await catalog.statesOf([second, 12345, first])),
      new Map([
        [first, { state: 'waiting', createdAtMs: 1 }],
        [second, { state: 'running', createdAtMs: 2 }],
      ]),
    )
    assert.equal((await catalog.statesOf([])).size, 0)
    await catalog.changeStep(second, ['running'], { state: 'sealed', sizeBytes: 7 })
    assert.deepEqual((await catalog.statesOf([second])).get(second), {
      state: 'sealed',
      createdAtMs: 2,
      sizeBytes: 7,
    })
  },

  async 'running logs are listed in order, part by part'(catalog) {
    const steps = Array.from({ length: 60 }, (_, i) => ({ stepId: i + 1, name: 's' }))
    const builds = [await create(catalog, { steps }), await create(catalog, { projectId: BOB, steps })]
    await catalog.finishBuild(BOB, builds[1]!.recordId, 'SUCCESS', 1)
    const running: RunningLog[] = []
    for (const build of builds)
      for (const { log, stepId, projectId, recordId, createdAtMs } of await catalog.listSteps(
        build.projectId,
        build.recordId,
      )) {
        const state = stepId % 3 === 0 ? 'running' : 'abandoned'
        await catalog.changeStep(log, ['waiting', 'skipped'], { state })
        if (state === 'running')
          running.push({
            log,
            projectId,
            recordId,
            buildCreatedAtMs: createdAtMs,
            buildHasOutcome: build.projectId === BOB,
          })
      }
    const listed: RunningLog[] = []
    for (let more = true; more; ) {
      const part = await catalog.runningLogs(listed.at(-1)?.log ?? 0, 7)
      assert.ok(part.length <= 7)
      listed.push(...part)
      more = part.length > 0
    }
    assert.deepEqual(
      listed,
      running.sort((a, b) => a.log - b.log),
    )
  },

  async 'open builds are those without outcome that were made since'(catalog) {
    await create(catalog, { createdAtMs: 9 })
    const [ada, finished] = [
      await create(catalog, { createdAtMs: 10 }),
      await create(catalog, { createdAtMs: 11 }),
    ]
    const bob = await create(catalog, { projectId: BOB, createdAtMs: 12 })
    await catalog.finishBuild(ADA, finished.recordId, 'FAILURE', 13)
    const open = [...(await catalog.openBuilds(10))].sort((a, b) => a.createdAtMs - b.createdAtMs)
    assert.deepEqual(
      open,
      [ada, bob].map(({ projectId, recordId, createdAtMs }) => ({ projectId, recordId, createdAtMs })),
    )
  },
}
