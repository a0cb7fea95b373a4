import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { createMemoryCoordination } from '../../store/memory/memory-coordination.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import type { RetentionRule } from '../ports/retention-catalog.ts'
import { LogDigests } from '../write/log-digests.ts'
import { Quotas } from '../write/quotas.ts'
import { applyRetention, type ExpiredBuild } from './apply-retention.ts'

const ADA = 'a'.repeat(32)
const BOB = 'b'.repeat(32)
const DAY_MS = 86_400_000
const NOW = 1000 * DAY_MS

let builds = memoryBuildCatalog()
beforeEach(() => {
  builds = memoryBuildCatalog()
})

interface Wanted {
  readonly ageDays?: number
  readonly bytes?: number
  readonly job?: string
  readonly project?: string
  readonly running?: boolean
  readonly unfinished?: boolean
}

let made = 0
/** A build with one log; resolves to whether it is still there, when asked. */
async function build({
  ageDays = 0,
  bytes = 0,
  job = 'nightly',
  project = ADA,
  running,
  unfinished,
}: Wanted) {
  const recordId = `${String(++made).padStart(8, '0')}-0000-4000-8000-000000000000`
  const { build } = await builds.createBuild({
    projectId: project,
    recordId,
    job: { name: job, idIfNew: `${made}`.padStart(32, 'j') },
    source: 'test',
    creatorId: 'u',
    createdAtMs: NOW - ageDays * DAY_MS,
    steps: [{ stepId: 1, name: 'step' }],
  })
  const [step] = await builds.listSteps(project, recordId)
  const sealed = { state: 'sealed', sizeBytes: bytes, sha256: '0'.repeat(64), verified: true } as const
  await builds.changeStep(step!.log, ['waiting'], running === true ? { state: 'running' } : sealed)
  if (unfinished !== true) await builds.finishBuild(project, recordId, 'SUCCESS', NOW)
  return {
    jobId: build.jobId,
    recordId,
    isThere: async () => (await builds.findBuild(project, { recordId })) !== undefined,
  }
}

async function retain(rule: RetentionRule, onExpired?: (build: ExpiredBuild) => void) {
  await using journal = new MemoryJournal()
  const ports = {
    journal,
    notifier: createMemoryNotifier(),
    ...createMemoryCoordination(),
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
    digests: new LogDigests(() => ({ update: () => {}, hex: () => '' })),
    removal: builds,
    retention: builds.retention,
    frames: memoryFrameCatalog(),
  }
  return await applyRetention(ports, rule, NOW, onExpired)
}

const areThere = (all: readonly { readonly isThere: () => Promise<boolean> }[]) =>
  Promise.all(all.map(one => one.isThere()))

test('without a rule nothing is deleted', async () => {
  const all = [await build({ ageDays: 900, bytes: 2 ** 40 }), await build({ ageDays: 1 })]
  assert.deepEqual(await retain({}), { removedBuilds: 0, removedLogBytes: 0 })
  assert.deepEqual(await retain({ days: 0, bytes: 0 }), { removedBuilds: 0, removedLogBytes: 0 })
  assert.deepEqual(await areThere(all), [true, true])
})

test('builds older than the days of the rule are deleted', async () => {
  const all = [
    await build({ ageDays: 31, bytes: 5 }),
    await build({ ageDays: 31, bytes: 7, project: BOB }),
    await build({ ageDays: 29 }),
  ]
  assert.deepEqual(await retain({ days: 30 }), { removedBuilds: 2, removedLogBytes: 12 })
  assert.deepEqual(await areThere(all), [false, false, true])
})

test('beyond the bytes of the rule the oldest builds are deleted, separately for each project', async () => {
  const all = []
  for (let i = 0; i < 150; i++) all.push(await build({ bytes: 10, job: `job ${i % 3}` }))
  const other = await build({ bytes: 900, project: BOB })
  assert.deepEqual(await retain({ bytes: 1000 }), { removedBuilds: 50, removedLogBytes: 500 })
  assert.deepEqual(
    await areThere(all),
    all.map((_, i) => i >= 50),
  )
  assert.equal(await other.isThere(), true)
  assert.deepEqual(await retain({ bytes: 1000 }), { removedBuilds: 0, removedLogBytes: 0 })
})

test('the newest build that is over is never deleted for its size, in a project or in a job with its own limit', async () => {
  const small = [await build({ bytes: 5, job: 'small' }), await build({ bytes: 900, job: 'small' })]
  const plain = [await build({ bytes: 1 }), await build({ bytes: 5000 }), await build({ running: true })]
  await builds.retention.setJobRule(ADA, small[0]!.jobId, { bytes: 100 })
  assert.deepEqual(await retain({ bytes: 1000 }), { removedBuilds: 2, removedLogBytes: 6 })
  assert.deepEqual(await areThere([...small, ...plain]), [false, true, false, true, true])
})

test('each deleted build is reported with the reason, age or size', async () => {
  const old = await build({ ageDays: 31, bytes: 5, project: BOB })
  const large = await build({ bytes: 7 })
  const newest = await build({ bytes: 2000 })
  const told: ExpiredBuild[] = []
  await retain({ days: 30, bytes: 1000 }, one => told.push(one))
  assert.deepEqual(told, [
    { recordId: large.recordId, jobId: large.jobId, logBytes: 7, because: 'size' },
    { recordId: old.recordId, jobId: old.jobId, logBytes: 5, because: 'age' },
  ])
  assert.equal(await newest.isThere(), true)
})

test('a running build counts, but is never deleted', async () => {
  const all = [
    await build({ ageDays: 50, bytes: 10 }),
    await build({ ageDays: 50, running: true }),
    await build({ ageDays: 50, running: true, unfinished: true }),
    await build({ ageDays: 5, unfinished: true }),
  ]
  await retain({ days: 1 })
  assert.deepEqual(await areThere(all), [false, true, true, true])
})

test('a build that its runner abandoned is deleted like a finished one', async () => {
  const all = [await build({ ageDays: 8, unfinished: true }), await build({ ageDays: 6, unfinished: true })]
  await retain({ days: 3 })
  assert.deepEqual(await areThere(all), [false, true])
})

test("a job's own rule replaces the server's, in days and in bytes", async () => {
  const forEver = await build({ ageDays: 500, bytes: 100, job: 'release' })
  const small = [await build({ bytes: 10, job: 'small' }), await build({ bytes: 10, job: 'small' })]
  const plain = [await build({ ageDays: 40, bytes: 10 }), await build({ bytes: 990 })]
  await builds.retention.setJobRule(ADA, forEver.jobId, { days: 0, bytes: 0 })
  await builds.retention.setJobRule(ADA, small[0]!.jobId, { bytes: 15 })
  assert.deepEqual(await retain({ days: 30, bytes: 1000 }), { removedBuilds: 2, removedLogBytes: 20 })
  assert.deepEqual(await areThere([forEver, ...small, ...plain]), [true, false, true, false, true])
})
