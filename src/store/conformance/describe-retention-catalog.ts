import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RetentionCatalog } from '../../core/ports/retention-catalog.ts'
import { ADA, BOB, type Catalog, create, jobId, step } from './build-drafts.ts'

/**
 * How the suite gets a catalog: `use` gets an empty one, which is closed and removed afterwards.
 */
export type WithRetentionCatalog = (
  use: (retention: RetentionCatalog, builds: Catalog) => Promise<void>,
) => Promise<void>

/** The promises of RetentionCatalog, which every implementation keeps. */
export function describeRetentionCatalog(name: string, withCatalog: WithRetentionCatalog): void {
  describe(`RetentionCatalog: ${name}`, () => {
    for (const [title, run] of Object.entries(RETENTION)) test(title, () => withCatalog(run))
  })
}

const ALL = [Number.MAX_SAFE_INTEGER, 1000] as const

const RETENTION: Record<string, (retention: RetentionCatalog, builds: Catalog) => Promise<void>> = {
  async 'a build has its age, its state and the space of its logs'(retention, builds) {
    const steps = [1, 2, 3].map(stepId => ({ stepId, name: `step ${stepId}` }))
    const build = await create(builds, { steps, createdAtMs: 5 })
    const [first, second, third] = await builds.listSteps(ADA, build.recordId)
    const seal = {
      state: 'sealed',
      outcome: 'SUCCESS',
      sizeBytes: 70,
      sha256: '0'.repeat(64),
      verified: true,
    } as const
    await builds.changeStep(first!.log, ['waiting'], seal)
    await builds.changeStep(second!.log, ['waiting'], { state: 'running' })
    const expected = {
      projectId: ADA,
      jobId: build.jobId,
      recordId: build.recordId,
      createdAtMs: 5,
      hasOutcome: false,
      isRunning: true,
      sealedBytes: 70,
      openLogs: [second!.log, third!.log],
      jobRule: {},
    }
    const { place: _, ...found } = (await retention.agingBuilds(...ALL))[0]!
    assert.deepEqual(found, expected)
    await builds.changeStep(second!.log, ['running'], { ...seal, sizeBytes: 7 })
    await builds.finishBuild(ADA, build.recordId, 'SUCCESS', 9)
    const [over] = await retention.agingBuilds(...ALL)
    assert.deepEqual(
      [over?.hasOutcome, over?.isRunning, over?.sealedBytes, over?.openLogs],
      [true, false, 77, [(await step(builds, build, 3)).log]],
    )
  },

  async 'builds of all projects come, those made last first, part by part'(retention, builds) {
    const made: string[] = []
    for (let i = 0; i < 7; i++)
      made.unshift((await create(builds, { projectId: i % 2 === 0 ? ADA : BOB })).recordId)
    const found: string[] = []
    for (let place = Number.MAX_SAFE_INTEGER; ; ) {
      const part = await retention.agingBuilds(place, 3)
      if (part.length === 0) break
      found.push(...part.map(({ recordId }) => recordId))
      place = part.at(-1)!.place
    }
    assert.deepEqual(found, made)
  },

  async 'a job has the rule that was set last, for its project alone'(retention, builds) {
    const { jobId: job } = await create(builds)
    await create(builds, { job: { name: 'other', idIfNew: jobId() } })
    assert.equal(await retention.setJobRule(BOB, job, { days: 1 }), false)
    assert.equal(await retention.setJobRule(ADA, jobId(), { days: 1 }), false)
    const rules = async () => (await retention.agingBuilds(...ALL)).map(({ jobRule }) => jobRule)
    assert.deepEqual(await rules(), [{}, {}])
    assert.equal(await retention.setJobRule(ADA, job, { days: 0, bytes: 2 ** 40 }), true)
    assert.deepEqual(await rules(), [{}, { days: 0, bytes: 2 ** 40 }])
    assert.equal(await retention.setJobRule(ADA, job, { days: 7 }), true)
    assert.deepEqual(await rules(), [{}, { days: 7 }])
  },
}
