/** Followers of a log or build learn of maintenance and deletion by hints: no wait times out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrayLogReader } from '../../../test/props/array-log-reader.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { createMemoryCoordination } from '../../store/memory/memory-coordination.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import type { Principal } from '../access/principal.ts'
import { type BuildChange, followBuild } from '../follow/follow-build.ts'
import { followLog } from '../follow/follow-log.ts'
import { SharedChunks } from '../follow/shared-chunks.ts'
import type { Build } from '../ports/build-catalog.ts'
import type { Hints, Notifier } from '../ports/notifier.ts'
import { LogDigests } from '../write/log-digests.ts'
import { Quotas } from '../write/quotas.ts'
import { abandonSilentLogs } from './abandon-silent-logs.ts'
import { applyRetention } from './apply-retention.ts'
import { deleteBuild } from './delete-build.ts'
import { deleteJob } from './delete-job.ts'

const PROJECT = 'a'.repeat(32)
const RECORD = '00000001-0000-4000-8000-000000000000'
const DAY_MS = 86_400_000
const ADMIN: Principal = { projectId: PROJECT, userId: 'u', userName: 'u', roles: new Set(['admin']) }

/** Waits end by hints only, never by a timeout. */
function withoutTimeouts(notifier: Notifier, onWait: () => void): Notifier {
  const patient = (hints: Hints): Hints => ({
    changed: (_timeoutMs, signal) => {
      onWait()
      return hints.changed(Number.MAX_SAFE_INTEGER, signal)
    },
    [Symbol.dispose]: () => hints[Symbol.dispose](),
  })
  return {
    ...notifier,
    listen: log => patient(notifier.listen(log)),
    listenBuild: (project, record) => patient(notifier.listenBuild(project, record)),
  }
}

/**
 * A build of one running step, and a follower of the build and of the log who have seen all that is
 * there.
 */
async function followed() {
  const builds = memoryBuildCatalog()
  const { build } = await builds.createBuild({
    projectId: PROJECT,
    recordId: RECORD,
    job: { name: 'nightly', idIfNew: 'j'.repeat(32) },
    source: 'test',
    creatorId: 'u',
    createdAtMs: 0,
    steps: [{ stepId: 1, name: 'step' }],
  })
  const [waiting] = await builds.listSteps(PROJECT, RECORD)
  await builds.changeStep(waiting!.log, ['waiting'], { state: 'running' })
  const step = (await builds.findStep(PROJECT, build, 1))!
  const reader = arrayLogReader(() => Buffer.from('one\n'))
  let waits = 0
  const bothWait = Promise.withResolvers<void>()
  const notifier = withoutTimeouts(createMemoryNotifier(), () => ++waits === 3 && bothWait.resolve())
  const ports = {
    builds,
    census: builds,
    removal: builds,
    retention: builds.retention,
    frames: memoryFrameCatalog(),
    journal: new MemoryJournal(),
    reader,
    notifier,
    chunks: new SharedChunks(reader),
    ...createMemoryCoordination(),
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
    digests: new LogDigests(() => ({ update: () => {}, hex: () => '' })),
  }
  const stop = new AbortController()
  const changes = followBuild(ports, build, stop.signal)
  const told: BuildChange[] = [(await changes.next()).value as BuildChange]
  told.push((await changes.next()).value as BuildChange)
  const next = changes.next()
  const rest = Array.fromAsync(followLog(ports, step, 0, stop.signal))
  // A follower of a log waits briefly for the next chunk first. This hint ends that wait.
  notifier.announce(step.log, 4)
  await bothWait.promise
  return { ports, build, next, rest, stop }
}

const BOUND = { timeout: 60_000 }

test('a build that is followed shows at once that a step is abandoned', BOUND, async () => {
  const { ports, next, rest, stop } = await followed()
  await abandonSilentLogs(ports, () => 0, 0, 1)
  const { value } = await next
  assert.ok(value !== undefined && 'step' in value)
  assert.equal(value.step.state, 'abandoned')
  stop.abort()
  await rest
})

type Followed = Awaited<ReturnType<typeof followed>>['ports']

const REMOVALS: Readonly<Record<string, (ports: Followed, build: Build) => Promise<unknown>>> = {
  'the build is deleted': ports => deleteBuild(ports, ADMIN, RECORD),
  'its job is deleted': (ports, { jobId }) => deleteJob(ports, ADMIN, jobId),
  'its retention ends': async ports => {
    const [step] = await ports.builds.listSteps(PROJECT, RECORD)
    await ports.builds.changeStep(step!.log, ['running'], { state: 'abandoned' })
    await applyRetention(ports, { days: 1 }, 100 * DAY_MS)
  },
}

for (const [when, remove] of Object.entries(REMOVALS))
  test(`the followers of a build and of its log are done at once when ${when}`, BOUND, async () => {
    const { ports, build, next, rest } = await followed()
    await remove(ports, build)
    assert.deepEqual(await next, { done: true, value: undefined })
    assert.equal((await rest).length, 1)
  })
