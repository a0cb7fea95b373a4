import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Build, BuildCatalog } from '../../core/ports/build-catalog.ts'
import type { BuildHistory } from '../../core/ports/build-history.ts'
import { ADA, BOB, draft, jobId } from './build-drafts.ts'

/**
 * How the suite gets a history and the catalog that it reports on: `use` gets empty ones, which are
 * closed and removed afterwards.
 */
export type WithBuildHistory = (
  use: (history: BuildHistory, catalog: BuildCatalog) => Promise<void>,
) => Promise<void>

/** The promises of BuildHistory, which every implementation keeps. */
export function describeBuildHistory(name: string, withHistory: WithBuildHistory): void {
  describe(`BuildHistory: ${name}`, () => {
    for (const [title, run] of Object.entries(SPEC)) test(title, () => withHistory(run))
  })
}

const ALL = {}
const MANY = { skip: 0, limit: 1000 }

type Made = Partial<{ projectId: string; creatorId: string; createdAtMs: number }>

async function make(catalog: BuildCatalog, name: string, made: Made = {}): Promise<Build> {
  return (await catalog.createBuild(draft({ ...made, job: { name, idIfNew: jobId() } }))).build
}

const numbers = (builds: readonly Build[]) => builds.map(build => build.buildNo)

const SPEC: Record<string, (history: BuildHistory, catalog: BuildCatalog) => Promise<void>> = {
  async 'a job is found by its id, in its project only'(history, catalog) {
    const { jobId: job } = await make(catalog, 'deploy')
    assert.deepEqual(await history.findJob(ADA, job), { projectId: ADA, jobId: job, name: 'deploy' })
    assert.equal(await history.findJob(BOB, job), undefined)
    assert.equal(await history.findJob(ADA, jobId()), undefined)
  },

  async 'jobs are listed newest first, each with the current state of its newest build'(history, catalog) {
    await make(catalog, 'one')
    await make(catalog, 'two')
    const latest = await make(catalog, 'one')
    await make(catalog, 'strange', { projectId: BOB })
    await catalog.finishBuild(ADA, latest.recordId, 'FAILURE', 5)
    const jobs = await history.listJobs(ADA, { seen: ALL }, MANY)
    assert.deepEqual(
      jobs.map(({ job, latest }) => [job.name, job.projectId, latest?.buildNo]),
      [
        ['two', ADA, 1],
        ['one', ADA, 2],
      ],
    )
    assert.deepEqual(jobs[1]!.latest, { ...latest, outcome: 'FAILURE', finishedAtMs: 5 })
    assert.ok(jobs[0]!.place > jobs[1]!.place)
    assert.equal(await history.countJobs(ADA, { seen: ALL }), 2)
    assert.equal(await history.countJobs(BOB, { seen: ALL }), 1)
  },

  async 'jobs come part by part, and one that is made meanwhile moves no other part'(history, catalog) {
    for (let i = 1; i <= 7; i++) await make(catalog, `job ${i}`)
    const names: string[] = []
    for (let before: number | undefined; ; ) {
      const part = await history.listJobs(ADA, { seen: ALL }, { skip: 0, limit: 3 }, before)
      if (part.length === 0) break
      names.push(...part.map(({ job }) => job.name))
      before = part.at(-1)!.place
      await make(catalog, `late ${names.length}`)
    }
    assert.deepEqual(
      names,
      [7, 6, 5, 4, 3, 2, 1].map(i => `job ${i}`),
    )
    const skipped = await history.listJobs(ADA, { seen: ALL, nameContains: 'job' }, { skip: 2, limit: 2 })
    assert.deepEqual(
      skipped.map(({ job }) => job.name),
      ['job 5', 'job 4'],
    )
  },

  async 'jobs are selected by a part of their name, as it is written'(history, catalog) {
    for (const name of ['nightly build', 'Nightly', '100% of_it', '']) await make(catalog, name)
    const found = async (nameContains: string) =>
      (await history.listJobs(ADA, { seen: ALL, nameContains }, MANY)).map(({ job }) => job.name)
    assert.deepEqual(await found('ightly'), ['Nightly', 'nightly build'])
    assert.deepEqual(await found('Night'), ['Nightly'])
    assert.deepEqual(await found('%'), ['100% of_it'])
    assert.deepEqual(await found('f_i'), ['100% of_it'])
    assert.deepEqual(await found('o%f'), [])
    assert.equal((await found('')).length, 4)
    assert.equal(await history.countJobs(ADA, { seen: ALL, nameContains: 'ightly' }), 2)
  },

  async 'of one creator, jobs are those with a build of theirs, and it is the newest of those'(
    history,
    catalog,
  ) {
    await make(catalog, 'mixed', { creatorId: 'eve' })
    await make(catalog, 'mixed', { creatorId: 'ada' })
    await make(catalog, 'foreign', { creatorId: 'ada' })
    const record = await make(catalog, 'mixed', { creatorId: 'ada' })
    for (const [seen, buildNo] of [
      [{ creatorId: 'eve' }, 1],
      [{ recordId: record.recordId }, 3],
    ] as const) {
      const jobs = await history.listJobs(ADA, { seen }, MANY)
      assert.deepEqual(
        jobs.map(({ job, latest }) => [job.name, latest?.buildNo]),
        [['mixed', buildNo]],
      )
      assert.equal(await history.countJobs(ADA, { seen }), 1)
      assert.deepEqual(numbers(await history.listBuilds(ADA, record.jobId, seen, MANY)), [buildNo])
      assert.equal(await history.countBuilds(ADA, record.jobId, seen), 1)
    }
    assert.deepEqual(await history.listJobs(ADA, { seen: { creatorId: 'nobody' } }, MANY), [])
    assert.equal(await history.countJobs(ADA, { seen: { creatorId: 'nobody' } }), 0)
  },

  async 'builds of a job are listed by number, newest first, below a number or after a skip'(
    history,
    catalog,
  ) {
    const builds = [1, 2, 3, 4, 5].map(() => make(catalog, 'deploy'))
    const [first] = await Promise.all(builds)
    await make(catalog, 'other')
    const { jobId: job } = first!
    assert.deepEqual(numbers(await history.listBuilds(ADA, job, ALL, MANY)), [5, 4, 3, 2, 1])
    assert.deepEqual(numbers(await history.listBuilds(ADA, job, ALL, { skip: 1, limit: 2 })), [4, 3])
    assert.deepEqual(numbers(await history.listBuilds(ADA, job, ALL, { skip: 0, limit: 2 }, 4)), [3, 2])
    assert.deepEqual(numbers(await history.listBuilds(ADA, job, ALL, MANY, 1)), [])
    assert.equal(await history.countBuilds(ADA, job, ALL), 5)
    const [five] = await history.listBuilds(ADA, job, ALL, { skip: 0, limit: 1 })
    assert.deepEqual(five, await catalog.findBuild(ADA, { jobId: job, buildNo: 5 }))
  },

  async 'builds made in a span are listed by time, its beginning with it, its end without'(history, catalog) {
    const { jobId: job } = await make(catalog, 'deploy', { createdAtMs: 10 })
    for (const createdAtMs of [30, 20, 20, 40]) await make(catalog, 'deploy', { createdAtMs })
    const made = async (fromMs: number, toMs: number, part = MANY) =>
      numbers(await history.listBuildsMade(ADA, job, ALL, { fromMs, toMs }, part))
    assert.deepEqual(await made(0, Number.MAX_SAFE_INTEGER), [5, 2, 4, 3, 1])
    assert.deepEqual(await made(20, 40), [2, 4, 3])
    assert.deepEqual(await made(20, 40, { skip: 1, limit: 1 }), [4])
    assert.deepEqual(await made(41, 50), [])
    assert.equal(await history.countBuilds(ADA, job, ALL, { fromMs: 20, toMs: 40 }), 3)
    const seen = { creatorId: 'nobody' }
    assert.deepEqual(await history.listBuildsMade(ADA, job, seen, { fromMs: 0, toMs: 99 }, MANY), [])
    assert.equal(await history.countBuilds(ADA, job, seen, { fromMs: 0, toMs: 99 }), 0)
  },

  async 'another project sees nothing of a job, whatever it shares with its own'(history, catalog) {
    const ada = await make(catalog, 'deploy')
    const shared = draft({ projectId: BOB, recordId: ada.recordId, job: { name: 'x', idIfNew: ada.jobId } })
    const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }
    assert.deepEqual(await history.listBuilds(BOB, ada.jobId, ALL, MANY), [])
    assert.deepEqual(await history.listBuildsMade(BOB, ada.jobId, ALL, span, MANY), [])
    assert.equal(await history.countBuilds(BOB, ada.jobId, ALL), 0)
    assert.deepEqual(await history.listJobs(BOB, { seen: { recordId: ada.recordId } }, MANY), [])
    await catalog.createBuild(shared)
    for (const [project, name] of [
      [ADA, 'deploy'],
      [BOB, 'x'],
    ] as const) {
      const seen = { recordId: ada.recordId }
      const builds = await history.listBuilds(project, ada.jobId, seen, MANY)
      assert.deepEqual(
        builds.map(build => [build.projectId, build.jobName]),
        [[project, name]],
      )
      assert.equal((await history.listJobs(project, { seen }, MANY)).length, 1)
    }
  },
}
