import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { overriding } from '../../../test/props/overriding.ts'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { createMemoryCoordination } from '../../store/memory/memory-coordination.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import { createMemoryPackStore } from '../../store/memory/memory-pack-store.ts'
import type { Principal } from '../access/principal.ts'
import { abandonSilentLogs } from '../maintain/abandon-silent-logs.ts'
import { deleteBuild } from '../maintain/delete-build.ts'
import { recountQuotas } from '../maintain/recount-quotas.ts'
import { storeLogReader } from '../read/reader/store-log-reader.ts'
import { appendWhole } from './append-log.ts'
import { createBuild } from './create-build.ts'
import { finishBuild } from './finish-build.ts'
import { finishStep } from './finish-step.ts'
import type { WritePorts } from './live-logs.ts'
import { LogDigests } from './log-digests.ts'
import { Quotas } from './quotas.ts'

const HOUR_MS = 3_600_000
const ONE = Buffer.from('one\n')
const ada: Principal = { projectId: 'ada', userId: 'u', userName: 'u', roles: new Set(['admin']) }
const bob: Principal = { ...ada, projectId: 'bob' }

let now = 1000 * HOUR_MS
let ids = 0
const idGenerator = { jobId: () => `j${++ids}`, recordId: () => `r${++ids}` }

function openStore() {
  const builds = memoryBuildCatalog()
  const [frames, journal, packs] = [memoryFrameCatalog(), new MemoryJournal(), createMemoryPackStore()]
  const write: WritePorts = {
    builds,
    frames,
    journal,
    reader: storeLogReader({ journal, frames, packs }),
    notifier: createMemoryNotifier(),
    digests: new LogDigests(() => ({ update: () => {}, hex: () => '0'.repeat(64) })),
    ...createMemoryCoordination(),
    quotas: new Quotas({ liveLogs: 3, openBuilds: 3 }, HOUR_MS),
    clock: () => now,
  }
  return { ...write, idGenerator, census: builds, removal: builds }
}

let store = openStore()
beforeEach(() => {
  store = openStore()
})

const tooMany = (error: unknown) =>
  isTailraceError(error, 'rate-limited') && (error.detail.retryAfterSeconds ?? 0) > 0

async function make(steps = 1, who = ada, recordId?: string) {
  const names = Array.from({ length: steps }, (_, n) => ({ name: `step ${n + 1}` }))
  const wanted = { job: { name: 'nightly' }, source: 'test', steps: names }
  return createBuild(store, who, recordId === undefined ? wanted : { ...wanted, recordId })
}

const fulfilled = (all: readonly PromiseSettledResult<unknown>[]) =>
  all.filter(({ status }) => status === 'fulfilled').length

/** What a restart would find, which must be what is counted. */
async function assertRecounted() {
  const anew = new Quotas({ liveLogs: 0, openBuilds: 0 }, HOUR_MS)
  await recountQuotas(store.census, anew, now - HOUR_MS)
  assert.deepEqual(
    [anew.liveLogs, anew.openBuilds(now)],
    [store.quotas.liveLogs, store.quotas.openBuilds(now)],
  )
}

describe('open builds of a project', () => {
  test('never pass the limit, however many are made at once, and are counted apart', async () => {
    const made = await Promise.allSettled(Array.from({ length: 50 }, () => make()))
    assert.equal(fulfilled(made), 3)
    for (const one of made) if (one.status === 'rejected') assert.ok(tooMany(one.reason))
    assert.equal((await make(1, bob)).created, true)
    await assertRecounted()
  })

  test('give their place back with their result, or when they are deleted', async () => {
    const [first, second] = [await make(), await make(), await make()]
    await finishBuild(store, ada, first.build.recordId, 'SUCCESS')
    await make()
    await deleteBuild(store, ada, second.build.recordId)
    await make()
    await assert.rejects(make(), tooMany)
    await assertRecounted()
  })

  test('may be made again at the limit, open or finished, and count once', async () => {
    const { build } = await make(1, ada, 'same')
    await make()
    await make()
    assert.equal((await make(1, ada, 'same')).created, false)
    await finishBuild(store, ada, build.recordId, 'SUCCESS')
    assert.equal((await make(1, ada, 'same')).created, false)
    await make()
    assert.equal((await make(1, ada, 'same')).created, false)
    await assert.rejects(make(), tooMany)
    await assertRecounted()
  })

  test('take no place when they cannot be made', async () => {
    const unknown = { job: { id: 'unknown' }, source: 'test', steps: [] }
    for (let n = 0; n < 10; n++)
      await assert.rejects(createBuild(store, ada, unknown), error => isTailraceError(error, 'not-found'))
    assert.equal(store.quotas.openBuilds(now), 0)
  })

  test('count no longer when they were left for too long, unless a log of theirs is live', async () => {
    const [writes] = [await make(), await make(), await make()]
    await appendWhole(store, writes.steps[0]!, 0, ONE)
    now += HOUR_MS + 1
    await make()
    await make()
    await assert.rejects(make(), tooMany)
    await assertRecounted()
    await abandonSilentLogs(store, () => 0, 0, now)
    await make()
    await assertRecounted()
  })

  test('count again when a log of theirs goes on', async () => {
    const left = await make()
    now += HOUR_MS + 1
    assert.equal(store.quotas.openBuilds(now), 0)
    await appendWhole(store, left.steps[0]!, 0, ONE)
    assert.equal(store.quotas.openBuilds(now), 1)
    await finishBuild(store, ada, left.build.recordId, 'SUCCESS')
    assert.equal(store.quotas.openBuilds(now), 0)
    await assertRecounted()
  })

  test('do not count again when a log of a finished build is appended to', async () => {
    const { build, steps } = await make()
    await finishBuild(store, ada, build.recordId, 'SUCCESS')
    await appendWhole(store, steps[0]!, 0, ONE)
    assert.deepEqual([store.quotas.liveLogs, store.quotas.openBuilds(now)], [1, 0])
    await assertRecounted()
  })

  test('have no limit when it is 0', async () => {
    const quotas = new Quotas({ liveLogs: 0, openBuilds: 0 }, HOUR_MS)
    store = { ...store, quotas }
    for (let n = 1; n <= 5; n++) {
      const { steps } = await make()
      await appendWhole(store, steps[0]!, 0, ONE)
      assert.deepEqual([quotas.liveLogs, quotas.openBuilds(now)], [n, n])
    }
    await assertRecounted()
  })
})

describe('live logs of a project', () => {
  test('never pass the limit, however many begin at once; what is refused stores nothing', async () => {
    const { steps } = await make(20)
    const appended = await Promise.allSettled(steps.map(step => appendWhole(store, step, 0, ONE)))
    assert.equal(fulfilled(appended), 3)
    const heads = await Promise.all(steps.map(step => store.reader.head(step.log)))
    assert.equal(
      heads.reduce((sum, head) => sum + head, 0),
      3 * ONE.length,
    )
    for (const one of appended) if (one.status === 'rejected') assert.ok(tooMany(one.reason))
    const other = await make(1, bob)
    assert.equal(await appendWhole(store, other.steps[0]!, 0, ONE), 4)
    await assertRecounted()
  })

  test('go on at the limit, and give their place back when they are finished, abandoned or deleted', async () => {
    const { steps } = await make(6)
    const deleted = await make()
    const append = (n: number, at = 0) => appendWhole(store, steps[n]!, at, ONE)
    await Promise.all([append(0), append(1), appendWhole(store, deleted.steps[0]!, 0, ONE)])
    await assert.rejects(append(2), tooMany)
    assert.equal(await append(0, 4), 8)
    await finishStep(store, steps[0]!, { outcome: 'SUCCESS' })
    await append(2)
    await assert.rejects(append(3), tooMany)
    await deleteBuild(store, ada, deleted.build.recordId)
    await append(3)
    await assert.rejects(append(4), tooMany)
    await abandonSilentLogs(store, log => (log === steps[1]!.log ? 0 : now), 0, now)
    await append(4)
    await assert.rejects(append(1, 4), tooMany)
    assert.equal(await store.reader.head(steps[1]!.log), 4)
    await assertRecounted()
    await finishStep(store, steps[4]!, { outcome: 'SUCCESS' })
    assert.equal(await append(1, 4), 8)
    await assertRecounted()
  })

  test('count one whose change to running was stored although the catalog failed', async () => {
    const { steps } = await make()
    const builds = overriding(store.builds, {
      changeStep: async (log, from, change) => {
        await store.builds.changeStep(log, from, change)
        throw new TailraceError('store-unavailable', 'injected')
      },
    })
    await assert.rejects(appendWhole({ ...store, builds }, steps[0]!, 0, ONE), error =>
      isTailraceError(error, 'store-unavailable'),
    )
    assert.equal(await appendWhole(store, steps[0]!, 0, ONE), 4)
    assert.equal(store.quotas.liveLogs, 1)
    await assertRecounted()
  })

  test('do not keep a step from being finished that never began', async () => {
    const { steps } = await make(4)
    for (const step of steps.slice(0, 3)) await appendWhole(store, step, 0, ONE)
    assert.equal((await finishStep(store, steps[3]!, { outcome: 'FAILURE' })).sizeBytes, 0)
    assert.equal(store.quotas.liveLogs, 3)
    await assertRecounted()
  })
})

test('a restart finds more live logs than it reads at once', async () => {
  store = openStore()
  const builds = memoryBuildCatalog()
  const { build } = await createBuild({ ...store, builds }, ada, {
    job: { name: 'wide' },
    source: 'test',
    steps: Array.from({ length: 2345 }, (_, n) => ({ name: `${n}` })),
  })
  for (const { log } of await builds.listSteps('ada', build.recordId))
    await builds.changeStep(log, ['waiting'], { state: 'running' })
  const quotas = new Quotas({ liveLogs: 0, openBuilds: 0 }, HOUR_MS)
  await recountQuotas(builds, quotas, now)
  assert.deepEqual([quotas.liveLogs, quotas.openBuilds(now)], [2345, 1])
})
