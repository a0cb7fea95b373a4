import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { MIB } from '../../contract/quantities.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { createMemoryCoordination } from '../../store/memory/memory-coordination.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import { createMemoryPackStore } from '../../store/memory/memory-pack-store.ts'
import type { Principal } from '../access/principal.ts'
import type { Step } from '../ports/build-catalog.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import { storeLogReader } from '../read/reader/store-log-reader.ts'
import { appendWhole } from '../write/append-log.ts'
import { finishStep } from '../write/finish-step.ts'
import { LogDigests } from '../write/log-digests.ts'
import { Quotas } from '../write/quotas.ts'
import { NewlySealed } from './announce-sealed.ts'
import { deleteBuild } from './delete-build.ts'
import { UnrecordedFrames } from './flush-frames.ts'
import { type FramesStored, MaintenanceEvents } from './maintenance-events.ts'
import {
  abandonTask,
  announceTask,
  flushTask,
  purgeTask,
  retentionTask,
  spaceTasks,
} from './maintenance-tasks.ts'
import type { Reclaimed } from './reclaim-packs.ts'
import type { MaintenanceTask } from './run-maintenance.ts'

const PROJECT = 'a'.repeat(32)
const ADMIN: Principal = { projectId: PROJECT, userId: 'u', userName: 'u', roles: new Set(['admin']) }
const TEXT = Buffer.from('a line of a log\n'.repeat(100))
const MINUTE_MS = 60_000

type Store = ReturnType<typeof openStore>
let store: Store
beforeEach(() => {
  store = openStore()
})

function openStore() {
  const builds = memoryBuildCatalog()
  const rows = memoryFrameCatalog()
  const journal = new MemoryJournal()
  const packs = createMemoryPackStore()
  const failures = { addFrames: 0, removeFrames: 0 }
  const fail = (what: keyof typeof failures) => {
    if (failures[what]-- > 0) throw new Error('injected')
  }
  const frames: FrameCatalog = {
    ...rows,
    addFrames: async frames => {
      fail('addFrames')
      await rows.addFrames(frames)
    },
  }
  const seen: unknown[] = []
  const events = new MaintenanceEvents(error => assert.fail(String(error)))
  events.framesStored.subscribe(event => void seen.push(event))
  events.logSealed.subscribe(event => void seen.push(event))
  const newlySealed = new NewlySealed(events)
  const time = { now: 1_000_000_000 }
  const reclaimed: Reclaimed[] = []
  return {
    ...createMemoryCoordination(),
    builds,
    census: builds,
    removal: builds,
    retention: builds.retention,
    frames,
    frameMaintenance: {
      ...rows,
      removeFrames: async (logs: readonly number[], limit: number) => {
        fail('removeFrames')
        return rows.removeFrames(logs, limit)
      },
    },
    journal,
    packs,
    reader: storeLogReader({ journal, frames, packs }),
    notifier: createMemoryNotifier(),
    digests: new LogDigests(newSha256),
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
    clock: () => time.now,
    unrecorded: new UnrecordedFrames(),
    unreadable: new Set<string>(),
    events,
    newlySealed,
    onSealed: (log: number, sizeBytes: number) => newlySealed.note({ log, sizeBytes }),
    onLost: () => assert.fail('no bytes are lost here'),
    onReclaimed: (one: Reclaimed) => void reclaimed.push(one),
    reclaimed,
    failures,
    seen,
    time,
  }
}

function newSha256() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}

let made = 0
async function newStep(): Promise<Step> {
  const recordId = `${String(++made).padStart(8, '0')}-0000-4000-8000-000000000000`
  await store.builds.createBuild({
    projectId: PROJECT,
    recordId,
    job: { name: 'nightly', idIfNew: 'j'.repeat(32) },
    source: 'test',
    creatorId: 'u',
    createdAtMs: store.time.now,
    steps: [{ stepId: 1, name: 'step' }],
  })
  return (await store.builds.listSteps(PROJECT, recordId))[0]!
}

/** Does the task's next pass. Resolves to false when there is nothing to do. */
async function run({ nextPass }: MaintenanceTask): Promise<boolean> {
  const pass = await nextPass(AbortSignal.timeout(20))
  await pass?.(new AbortController().signal)
  return pass !== undefined
}

const finish = (step: Step) => finishStep(store, step, { outcome: 'SUCCESS' })
const stored = ({ log }: Step) => ({ log, from: 0, to: TEXT.length })
const sealed = ({ log }: Step, sizeBytes = TEXT.length) => ({ log, sizeBytes })

test('flushing waits until a log is due, and then stores it in frames', async () => {
  const step = await newStep()
  await appendWhole(store, step, 0, TEXT)
  assert.equal(await run(flushTask(store)), false)
  await store.journal.close(step.log)
  assert.equal(await run(flushTask(store)), true)
  assert.equal((await store.frames.packedEnds([step.log])).get(step.log)?.end, TEXT.length)
  assert.equal(await store.journal.extent(step.log), undefined)
})

test('a log that is sealed before its last flush: both events come from that flush, none before', async () => {
  const step = await newStep()
  await appendWhole(store, step, 0, TEXT)
  await finish(step)
  assert.equal(await run(announceTask(store)), true)
  assert.deepEqual(store.seen, [])
  await run(flushTask(store))
  assert.deepEqual(store.seen, [stored(step), sealed(step)])
  assert.equal(await run(announceTask(store)), false)
})

test('a log that is sealed after its last flush is announced once it is sealed', async () => {
  const step = await newStep()
  await appendWhole(store, step, 0, TEXT)
  await store.journal.close(step.log)
  await run(flushTask(store))
  assert.equal(await run(announceTask(store)), false)
  assert.deepEqual(store.seen, [stored(step)])
  await finish(step)
  await finish(step)
  await run(announceTask(store))
  assert.deepEqual(store.seen, [stored(step), sealed(step)])
  assert.equal(await run(announceTask(store)), false)
})

test('a log that takes several flushes is sealed and stored only after the last', async () => {
  const step = await newStep()
  const part = Buffer.alloc(6 * MIB, 'a line of a long log\n')
  for (const at of [0, part.length]) await appendWhole(store, step, at, part)
  await finish(step)
  await run(flushTask(store))
  const [first, ...more] = store.seen as readonly FramesStored[]
  assert.deepEqual([first?.from, more], [0, []])
  await run(flushTask(store))
  assert.deepEqual(store.seen.slice(1), [
    { log: step.log, from: first?.to, to: 2 * part.length },
    sealed(step, 2 * part.length),
  ])
})

test('an empty log is announced once it is sealed', async () => {
  const step = await newStep()
  await finish(step)
  await run(announceTask(store))
  assert.deepEqual(store.seen, [sealed(step, 0)])
})

test('no event comes before the rows are stored, and none is lost or doubled by a failure', async () => {
  const step = await newStep()
  await appendWhole(store, step, 0, TEXT)
  await finish(step)
  store.failures.addFrames = 2
  for (let tries = 0; tries < 2; tries++) await assert.rejects(run(flushTask(store)), /injected/)
  assert.deepEqual(store.seen, [])
  await run(flushTask(store))
  assert.deepEqual(store.seen, [stored(step), sealed(step)])
})

test('a step is abandoned after its silence, which counts from the start of maintenance at the earliest', async () => {
  const [silent, lively] = [await newStep(), await newStep()]
  for (const step of [silent, lively]) await appendWhole(store, step, 0, TEXT)
  store.lastAppends.delete(silent.log)
  const task = abandonTask(store, 10 * MINUTE_MS)
  assert.deepEqual([task.paceMs, task.firstAfterMs], [MINUTE_MS, MINUTE_MS])
  const states = async () =>
    [...(await store.builds.statesOf([silent.log, lively.log])).values()].map(({ state }) => state)
  store.time.now += 10 * MINUTE_MS
  await run(task)
  assert.deepEqual(await states(), ['running', 'running'])
  await appendWhole(store, lively, TEXT.length, TEXT)
  store.time.now += 1
  await run(task)
  assert.deepEqual(await states(), ['abandoned', 'running'])
  assert.equal(abandonTask(store, 1000).paceMs, 500)
})

test('tokens are purged by each pass', async () => {
  let purges = 0
  const task = purgeTask(async () => void purges++)
  assert.deepEqual([await run(task), await run(task), purges], [true, true, 2])
})

test('retention deletes what its rule does not keep, and reports it', async () => {
  const step = await newStep()
  await finish(step)
  await store.builds.finishBuild(PROJECT, step.recordId, 'SUCCESS', store.time.now)
  const expired: string[] = []
  const retained: unknown[] = []
  const task = retentionTask(
    {
      ...store,
      onExpired: ({ recordId }) => void expired.push(recordId),
      onRetained: one => void retained.push(one),
    },
    { days: 1 },
  )
  await run(task)
  store.time.now += 2 * 24 * 60 * MINUTE_MS
  await run(task)
  assert.deepEqual(expired, [step.recordId])
  assert.deepEqual(
    retained,
    [0, 1].map(removedBuilds => ({ removedBuilds, removedLogBytes: 0 })),
  )
})

/** A build whose log is wholly in a pack. */
async function packedStep(): Promise<Step> {
  const step = await newStep()
  await appendWhole(store, step, 0, TEXT)
  await finish(step)
  await run(flushTask(store))
  return step
}

test('packs are freed after a sweep of deleted logs, not before', async () => {
  const step = await packedStep()
  const [sweep, reclaim] = spaceTasks(store)
  assert.equal(await run(reclaim!), true)
  await deleteBuild(store, ADMIN, step.recordId)
  assert.equal(await run(reclaim!), false)
  await run(sweep!)
  assert.equal(await run(reclaim!), true)
  assert.equal((await Array.fromAsync(store.packs.packs())).length, 0)
  assert.equal(await run(reclaim!), false)
  assert.equal(
    store.reclaimed.reduce((sum, { droppedPacks }) => sum + droppedPacks, 0),
    1,
  )
})

test('packs are looked through from time to time without a sweep too, and after a sweep that failed', async () => {
  await packedStep()
  const [sweep, reclaim] = spaceTasks(store)
  await run(reclaim!)
  store.time.now += 9 * MINUTE_MS
  assert.equal(await run(reclaim!), false)
  store.time.now += MINUTE_MS
  assert.equal(await run(reclaim!), true)
  const step = await packedStep()
  await deleteBuild(store, ADMIN, step.recordId)
  store.failures.removeFrames = 1
  await assert.rejects(run(sweep!), /injected/)
  assert.equal(await run(reclaim!), true)
})
