import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BuildRemoval } from '../../core/ports/build-removal.ts'
import { ADA, BOB, type Catalog, create, draft, jobId, recordId, refusedAs, step } from './build-drafts.ts'

type Removable = Catalog & BuildRemoval

/**
 * How the suite gets a catalog: `use` gets an empty one, which is closed and removed afterwards.
 */
export type WithBuildRemoval = (use: (catalog: Removable) => Promise<void>) => Promise<void>

/** The promises of BuildRemoval, which every implementation keeps. */
export function describeBuildRemoval(name: string, withCatalog: WithBuildRemoval): void {
  describe(`BuildRemoval: ${name}`, () => {
    for (const [title, run] of Object.entries(REMOVAL)) test(title, () => withCatalog(run))
  })
}

const steps = (...ids: number[]) => ids.map(stepId => ({ stepId, name: `step ${stepId}` }))

const REMOVAL: Record<string, (catalog: Removable) => Promise<void>> = {
  async 'a removed build is found in no way, and nothing else is touched'(catalog) {
    const other = await create(catalog, { steps: steps(1) })
    const build = await create(catalog, { steps: steps(1, 2) })
    const logs = (await catalog.listSteps(ADA, build.recordId)).map(({ log }) => log)
    await catalog.changeStep(logs[0]!, ['waiting'], { state: 'running' })
    assert.deepEqual([...(await catalog.removeBuild(ADA, build.recordId))!].sort(), logs)
    assert.equal(await catalog.findBuild(ADA, build), undefined)
    assert.equal(await catalog.findBuild(ADA, { jobId: build.jobId, buildNo: 2 }), undefined)
    assert.equal(await catalog.findStep(ADA, build, 1), undefined)
    assert.deepEqual(await catalog.listSteps(ADA, build.recordId), [])
    assert.deepEqual([...(await catalog.statesOf(logs))], [])
    assert.deepEqual(await catalog.runningLogs(0, 10), [])
    assert.equal(await catalog.changeStep(logs[1]!, ['waiting'], { state: 'running' }), false)
    await assert.rejects(catalog.addSteps(ADA, build.recordId, steps(3)), refusedAs('not-found'))
    await assert.rejects(catalog.finishBuild(ADA, build.recordId, 'SUCCESS', 1), refusedAs('not-found'))
    assert.deepEqual(await catalog.findBuild(ADA, other), other)
    assert.equal((await step(catalog, other, 1)).state, 'waiting')
  },

  async 'a build that is missing or belongs to another project is reported as not found'(catalog) {
    const build = await create(catalog)
    assert.equal(await catalog.removeBuild(ADA, recordId()), undefined)
    assert.equal(await catalog.removeBuild(BOB, build.recordId), undefined)
    assert.equal(await catalog.removeJob(ADA, jobId(), 10), undefined)
    assert.equal(await catalog.removeJob(BOB, build.jobId, 10), undefined)
    assert.deepEqual(await catalog.findBuild(ADA, build), build)
    await catalog.removeBuild(ADA, build.recordId)
    assert.equal(await catalog.removeBuild(ADA, build.recordId), undefined)
  },

  async 'a removed record is never made again, except by another project'(catalog) {
    const wanted = draft()
    await catalog.createBuild(wanted)
    await catalog.removeBuild(ADA, wanted.recordId)
    await assert.rejects(catalog.createBuild(wanted), refusedAs('not-found'))
    assert.equal((await create(catalog, { ...wanted, projectId: BOB })).recordId, wanted.recordId)
  },

  async 'numbers of removed builds and logs are not given again'(catalog) {
    const first = await create(catalog, { steps: steps(1) })
    const last = await create(catalog, { steps: steps(1, 2) })
    const logs = await catalog.removeBuild(ADA, last.recordId)
    const next = await create(catalog, { steps: steps(1) })
    assert.deepEqual([first.buildNo, last.buildNo, next.buildNo], [1, 2, 3])
    assert.ok((await step(catalog, next, 1)).log > Math.max(...logs!))
  },

  async 'a job goes oldest builds first, and itself with the last of them'(catalog) {
    const builds = []
    for (let i = 0; i < 5; i++) builds.push(await create(catalog, { steps: steps(1) }))
    const other = await create(catalog, { job: { name: 'lint', idIfNew: jobId() } })
    const { jobId: job } = builds[0]!
    const first = await catalog.removeJob(ADA, job, 3)
    assert.deepEqual([first?.logs.length, first?.jobIsGone], [3, false])
    assert.deepEqual(
      first?.records,
      builds.slice(0, 3).map(build => build.recordId),
    )
    const left = await Promise.all(builds.map(build => catalog.findBuild(ADA, build)))
    assert.deepEqual(
      left.map(build => build?.buildNo),
      [undefined, undefined, undefined, 4, 5],
    )
    const second = await catalog.removeJob(ADA, job, 3)
    assert.deepEqual([second?.logs.length, second?.jobIsGone], [2, true])
    assert.equal(await catalog.removeJob(ADA, job, 3), undefined)
    await assert.rejects(create(catalog, { job: { id: job } }), refusedAs('not-found'))
    assert.deepEqual(await catalog.findBuild(ADA, other), other)
  },

  async 'a job of the same name is another job'(catalog) {
    const before = await create(catalog)
    await catalog.removeJob(ADA, before.jobId, 10)
    const after = await create(catalog)
    assert.notEqual(after.jobId, before.jobId)
    assert.equal(await catalog.findBuild(ADA, { jobId: before.jobId, buildNo: 1 }), undefined)
  },

  async 'removed logs stay on the list until they are forgotten'(catalog) {
    assert.deepEqual(await catalog.removedLogs(10), [])
    const builds = [await create(catalog, { steps: steps(1, 2) }), await create(catalog, { steps: steps(1) })]
    const logs = [
      ...(await catalog.removeBuild(ADA, builds[0]!.recordId))!,
      ...(await catalog.removeJob(ADA, builds[1]!.jobId, 10))!.logs,
    ].sort((a, b) => a - b)
    assert.deepEqual(await catalog.removedLogs(10), logs)
    assert.deepEqual((await catalog.removedLogs(2)).length, 2)
    await catalog.forgetLogs([logs[1]!, 12_345])
    assert.deepEqual(await catalog.removedLogs(10), [logs[0], logs[2]])
    await catalog.forgetLogs(logs)
    assert.deepEqual(await catalog.removedLogs(10), [])
  },

  async 'of removals that race one removes'(catalog) {
    const { recordId: record } = await create(catalog, { steps: steps(1) })
    const removed = await Promise.all(Array.from({ length: 5 }, () => catalog.removeBuild(ADA, record)))
    assert.equal(removed.filter(logs => logs !== undefined).length, 1)
  },
}
