import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ErrorCode, isTailraceError } from '../../contract/errors.ts'
import type { Build, BuildCatalog, BuildDraft, Step, StepCensus } from '../../core/ports/build-catalog.ts'

type Catalog = BuildCatalog & StepCensus

/** How the suite gets a catalog: `use` gets an empty one, which is closed and removed afterwards. */
export type WithBuildCatalog = (use: (catalog: Catalog) => Promise<void>) => Promise<void>

const ADA = 'a'.repeat(32)
const BOB = 'b'.repeat(32)

let made = 0
const jobId = () => `job${++made}`.padEnd(32, '0')
const recordId = () => `${String(++made).padStart(8, '0')}-0000-4000-8000-000000000000`

function draft(changes: Partial<BuildDraft> = {}): BuildDraft {
  return {
    projectId: ADA,
    recordId: recordId(),
    job: { name: 'deploy', idIfNew: jobId() },
    source: 'cn-north-4',
    creatorId: 'ada',
    createdAtMs: 1_700_000_000_000,
    steps: [],
    ...changes,
  }
}

const create = async (catalog: Catalog, changes?: Partial<BuildDraft>): Promise<Build> =>
  (await catalog.createBuild(draft(changes))).build

const refusedAs = (code: ErrorCode) => (error: unknown) => isTailraceError(error, code)

const step = async (catalog: Catalog, build: Build, stepId: number): Promise<Step> => {
  const found = await catalog.findStep(build.projectId, build, stepId)
  assert.ok(found, `step ${stepId} is there`)
  return found
}

/** The promises of BuildCatalog and StepCensus, which every implementation keeps. */
export function describeBuildCatalog(name: string, withCatalog: WithBuildCatalog): void {
  describe(`BuildCatalog and StepCensus: ${name}`, () => {
    for (const [title, run] of Object.entries({ ...BUILDS, ...ISOLATION, ...STEPS, ...STATES, ...CENSUS }))
      test(title, () => withCatalog(run))
  })
}

type Spec = Record<string, (catalog: Catalog) => Promise<void>>

const BUILDS: Spec = {
  async 'the first build of a new job has number 1 and is found by record and by number'(catalog) {
    const wanted = draft({ steps: [{ stepId: 1, name: 'checkout' }] })
    const { build, created } = await catalog.createBuild(wanted)
    const { job, steps, ...plain } = wanted
    assert.equal(created, true)
    assert.ok('idIfNew' in job && steps.length === 1)
    assert.deepEqual(build, { ...plain, jobId: job.idIfNew, jobName: 'deploy', buildNo: 1 })
    assert.deepEqual(await catalog.findBuild(ADA, { recordId: build.recordId }), build)
    assert.deepEqual(await catalog.findBuild(ADA, { jobId: build.jobId, buildNo: 1 }), build)
    assert.equal(await catalog.findBuild(ADA, { jobId: build.jobId, buildNo: 2 }), undefined)
    assert.equal(await catalog.findBuild(ADA, { recordId: recordId() }), undefined)
  },

  async 'numbers count within a job, whether it is named or given by id'(catalog) {
    const first = await create(catalog)
    const second = await create(catalog, { job: { id: first.jobId } })
    const third = await create(catalog)
    const other = await create(catalog, { job: { name: 'lint', idIfNew: jobId() } })
    assert.deepEqual(
      [first, second, third, other].map(build => build.buildNo),
      [1, 2, 3, 1],
    )
    assert.equal(third.jobId, first.jobId)
    assert.notEqual(other.jobId, first.jobId)
  },

  async 'a repeated record answers the build as it stands and takes no number'(catalog) {
    const wanted = draft({ steps: [{ stepId: 1, name: 'checkout' }] })
    await catalog.createBuild(wanted)
    await catalog.finishBuild(ADA, wanted.recordId, 'FAILURE', 5)
    const other: BuildDraft = {
      ...wanted,
      source: 'elsewhere',
      job: { name: 'lint', idIfNew: jobId() },
      steps: [],
    }
    const { build, created } = await catalog.createBuild(other)
    assert.equal(created, false)
    assert.deepEqual(build, await catalog.findBuild(ADA, wanted))
    assert.deepEqual([build.source, build.outcome, build.finishedAtMs], ['cn-north-4', 'FAILURE', 5])
    assert.equal((await catalog.listSteps(ADA, wanted.recordId)).length, 1)
    assert.equal((await create(catalog)).buildNo, 2)
    assert.equal((await create(catalog, { job: other.job })).buildNo, 1)
  },

  async 'calls that race for one record make one build'(catalog) {
    const wanted = draft({ steps: [{ stepId: 1, name: 'checkout' }] })
    const answers = await Promise.all(Array.from({ length: 20 }, () => catalog.createBuild(wanted)))
    assert.equal(answers.filter(answer => answer.created).length, 1)
    for (const { build } of answers) assert.deepEqual(build, answers[0]!.build)
    assert.equal((await catalog.listSteps(ADA, wanted.recordId)).length, 1)
    assert.equal((await create(catalog)).buildNo, 2)
  },

  async 'builds that race in a new job get numbers without gap or repeat'(catalog) {
    const builds = await Promise.all(Array.from({ length: 50 }, () => create(catalog)))
    assert.deepEqual(
      new Set(builds.map(build => build.buildNo)),
      new Set(Array.from({ length: 50 }, (_, i) => i + 1)),
    )
    assert.equal(new Set(builds.map(build => build.jobId)).size, 1)
  },

  async 'an unknown job id is not found, and nothing is made'(catalog) {
    const wanted = draft({ job: { id: jobId() } })
    await assert.rejects(catalog.createBuild(wanted), refusedAs('not-found'))
    assert.equal(await catalog.findBuild(ADA, wanted), undefined)
  },

  async 'a build whose steps contradict each other is refused as a whole'(catalog) {
    const steps = [
      { stepId: 1, name: 'checkout' },
      { stepId: 2, name: 'build' },
      { stepId: 1, name: 'other' },
    ]
    const wanted = draft({ steps })
    await assert.rejects(catalog.createBuild(wanted), refusedAs('already-exists'))
    assert.equal(await catalog.findBuild(ADA, wanted), undefined)
    assert.deepEqual(await catalog.listSteps(ADA, wanted.recordId), [])
    const next = await catalog.createBuild({ ...wanted, steps: steps.slice(0, 2) })
    assert.deepEqual([next.created, next.build.buildNo], [true, 1])
  },

  async 'a new job never takes the id of another'(catalog) {
    const { jobId: taken } = await create(catalog)
    const wanted = draft({ job: { name: 'lint', idIfNew: taken } })
    await assert.rejects(catalog.createBuild(wanted), refusedAs('already-exists'))
    assert.equal(await catalog.findBuild(ADA, wanted), undefined)
    assert.equal((await create(catalog, { job: { name: 'lint', idIfNew: jobId() } })).buildNo, 1)
  },

  async 'names and sources are kept to the character'(catalog) {
    const odd = `'"; drop table jobs; -- \u{1f680} \u00e9e\u0301 %_\\ \t${'x'.repeat(90)}`
    const { recordId: record } = await create(catalog, {
      job: { name: odd, idIfNew: jobId() },
      source: odd,
      creatorId: odd,
      steps: [{ stepId: 1, name: odd }],
    })
    const found = await catalog.findBuild(ADA, { recordId: record })
    const [only] = await catalog.listSteps(ADA, record)
    assert.deepEqual(
      [found?.jobName, found?.source, only?.source, only?.name, only?.creatorId],
      Array(5).fill(odd),
    )
  },
}

const ISOLATION: Spec = {
  async 'projects may use the same record, job id and job name, each for its own'(catalog) {
    const wanted = draft({ steps: [{ stepId: 1, name: 'checkout' }] })
    const ada = await create(catalog, wanted)
    const bob = await create(catalog, { ...wanted, projectId: BOB, creatorId: 'bob' })
    assert.deepEqual([ada.buildNo, bob.buildNo], [1, 1])
    assert.equal((await catalog.findBuild(BOB, { jobId: ada.jobId, buildNo: 1 }))?.creatorId, 'bob')
    assert.notEqual((await step(catalog, ada, 1)).log, (await step(catalog, bob, 1)).log)
    await catalog.finishBuild(BOB, wanted.recordId, 'ABORTED', 9)
    assert.equal((await catalog.findBuild(ADA, wanted))?.outcome, undefined)
    assert.equal((await step(catalog, ada, 1)).state, 'waiting')
  },

  async 'what belongs to another project is not there'(catalog) {
    const build = await create(catalog, { steps: [{ stepId: 1, name: 'checkout' }] })
    await create(catalog, { projectId: BOB })
    const record = build.recordId
    for (const address of [{ recordId: record }, { jobId: build.jobId, buildNo: 1 }]) {
      assert.equal(await catalog.findBuild(BOB, address), undefined)
      assert.equal(await catalog.findStep(BOB, address, 1), undefined)
      assert.ok(await catalog.findStep(ADA, address, 1))
    }
    assert.deepEqual(await catalog.listSteps(BOB, record), [])
    const more = [{ stepId: 2, name: 'build' }]
    await assert.rejects(catalog.addSteps(BOB, record, more), refusedAs('not-found'))
    await assert.rejects(catalog.finishBuild(BOB, record, 'SUCCESS', 1), refusedAs('not-found'))
    await assert.rejects(
      catalog.createBuild(draft({ projectId: BOB, job: { id: build.jobId } })),
      refusedAs('not-found'),
    )
    assert.deepEqual(
      (await catalog.listSteps(ADA, record)).map(found => found.stepId),
      [1],
    )
    assert.equal((await catalog.findBuild(ADA, { recordId: record }))?.outcome, undefined)
  },
}

const STEPS: Spec = {
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

  async 'steps of which one has another name are refused as a whole'(catalog) {
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

const STATES: Spec = {
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

const CENSUS: Spec = {
  async 'states are told across projects, for the logs that are there'(catalog) {
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
    const running: number[] = []
    for (const build of builds)
      for (const { log, stepId } of await catalog.listSteps(build.projectId, build.recordId)) {
        const state = stepId % 3 === 0 ? 'running' : 'abandoned'
        await catalog.changeStep(log, ['waiting'], { state })
        if (state === 'running') running.push(log)
      }
    const listed: number[] = []
    for (let after = 0, part: readonly number[] = [0]; part.length > 0; after = listed.at(-1) ?? 0) {
      part = await catalog.runningLogs(after, 7)
      assert.ok(part.length <= 7)
      listed.push(...part)
    }
    assert.deepEqual(
      listed,
      running.sort((a, b) => a - b),
    )
  },
}
