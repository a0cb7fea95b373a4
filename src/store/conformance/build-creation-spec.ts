import assert from 'node:assert/strict'
import type { BuildDraft } from '../../core/ports/build-catalog.ts'
import { ADA, BOB, create, draft, jobId, recordId, refusedAs, type Spec, step } from './build-drafts.ts'

/** How builds and their numbers come to be. */
export const BUILDS: Spec = {
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

  async 'a repeated record returns the build in its current state and uses no number'(catalog) {
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

  async 'a build whose steps contradict each other is rejected as a whole'(catalog) {
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

/** What a project sees of another's builds: nothing. */
export const ISOLATION: Spec = {
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
