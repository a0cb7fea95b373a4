import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, describe, test } from 'node:test'
import { overriding } from '../../../test/props/overriding.ts'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { createMemoryCoordination } from '../../store/memory/memory-coordination.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import { createMemoryPackStore } from '../../store/memory/memory-pack-store.ts'
import type { Step } from '../ports/build-catalog.ts'
import { storeLogReader } from '../read/reader/store-log-reader.ts'
import { appendWhole } from './append-log.ts'
import { finishStep, type StepFinish } from './finish-step.ts'
import type { WritePorts } from './live-logs.ts'
import { LogDigests } from './log-digests.ts'
import { Quotas } from './quotas.ts'

const TEXT = Buffer.from('one\ntwo\n')
const SHA256 = createHash('sha256').update(TEXT).digest('hex')
const WRONG_SHA256 = '0'.repeat(64)

function newSha256() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}

/** A store with one step, whose log holds TEXT. `sealed` collects what is reported as sealed. */
async function openStore() {
  const builds = memoryBuildCatalog()
  const [frames, journal, packs] = [memoryFrameCatalog(), new MemoryJournal(), createMemoryPackStore()]
  const sealed: (readonly [log: number, sizeBytes: number])[] = []
  const ports: WritePorts = {
    builds,
    frames,
    journal,
    reader: storeLogReader({ journal, frames, packs }),
    notifier: createMemoryNotifier(),
    digests: new LogDigests(newSha256),
    ...createMemoryCoordination(),
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
    clock: () => 5,
    onSealed: (log, sizeBytes) => void sealed.push([log, sizeBytes]),
  }
  const draft = { projectId: 'p', recordId: 'r', job: { name: 'nightly', idIfNew: 'j' }, source: 'test' }
  await builds.createBuild({
    ...draft,
    creatorId: 'u',
    createdAtMs: 1,
    steps: [{ stepId: 1, name: 'build' }],
  })
  const [step] = (await builds.listSteps('p', 'r')) as readonly [Step]
  await appendWhole(ports, step, 0, TEXT)
  const current = () => builds.findStep('p', { recordId: 'r' }, 1)
  return { ports, step, sealed, current, finish: (given: StepFinish) => finishStep(ports, step, given) }
}

let store: Awaited<ReturnType<typeof openStore>>
beforeEach(async () => {
  store = await openStore()
})

/** The error names what is stored, as far as the code promises it. */
const refusal =
  (code: 'offset-conflict' | 'finish-mismatch' | 'log-sealed', sha256?: string) => (error: unknown) => {
    assert.ok(isTailraceError(error, code), String(error))
    assert.equal(error.detail.head, TEXT.length)
    assert.equal(error.detail.sha256, sha256)
    return true
  }

async function assertOpen() {
  assert.equal((await store.current())?.state, 'running')
  assert.deepEqual(store.sealed, [])
  const more = Buffer.from('more\n')
  assert.equal(await appendWhole(store.ports, store.step, TEXT.length, more), TEXT.length + more.length)
}

describe('a finish', () => {
  test('with the right size and hash seals the log, and ends what was counted for it', async () => {
    const { ports, step, sealed, finish, current } = store
    const finished = { outcome: 'FAILURE', sizeBytes: TEXT.length, sha256: SHA256, verified: true } as const
    const { verified: _, ...given } = finished
    assert.deepEqual(await finish(given), finished)
    assert.deepEqual(sealed, [[step.log, TEXT.length]])
    const { state, finishedAtMs, sizeBytes, sha256, verified } = (await current())!
    assert.deepEqual(
      [state, finishedAtMs, sizeBytes, sha256, verified],
      ['sealed', 5, TEXT.length, SHA256, true],
    )
    assert.equal(ports.quotas.liveLogs, 0)
    assert.equal(ports.lastAppends.get(step.log), undefined)
  })

  test('with a size past the head is a conflict, because bytes are missing; the log stays open', async () => {
    const size = { outcome: 'SUCCESS', sizeBytes: TEXT.length + 1 } as const
    await assert.rejects(store.finish(size), refusal('offset-conflict'))
    await assertOpen()
  })

  test('with a size below the head is a mismatch, with the hash of these bytes or none; the log stays open', async () => {
    const sha256 = createHash('sha256').update(TEXT.subarray(0, 4)).digest('hex')
    for (const hash of [{}, { sha256 }])
      await assert.rejects(
        store.finish({ outcome: 'SUCCESS', sizeBytes: 4, ...hash }),
        refusal('finish-mismatch', SHA256),
      )
    await assertOpen()
  })

  test('with another hash is a mismatch that names the right one; the log stays open', async () => {
    const wrong = { outcome: 'SUCCESS', sizeBytes: TEXT.length, sha256: WRONG_SHA256 } as const
    await assert.rejects(store.finish(wrong), refusal('finish-mismatch', SHA256))
    await assertOpen()
  })

  test('that is not stored because the step changed is not reported as sealed', async () => {
    const builds = overriding(store.ports.builds, { changeStep: async () => false })
    await assert.rejects(finishStep({ ...store.ports, builds }, store.step, { outcome: 'SUCCESS' }), error =>
      isTailraceError(error, 'store-unavailable'),
    )
    await assertOpen()
  })

  test('that fails in the catalog leaves the log open', async () => {
    const builds = overriding(store.ports.builds, {
      changeStep: async () => {
        throw new TailraceError('store-unavailable', 'injected')
      },
    })
    await assert.rejects(finishStep({ ...store.ports, builds }, store.step, { outcome: 'SUCCESS' }), error =>
      isTailraceError(error, 'store-unavailable'),
    )
    await assertOpen()
  })
})

describe('a finish that repeats', () => {
  const unproven = { outcome: 'SUCCESS' } as const
  const proven = { outcome: 'SUCCESS', sizeBytes: TEXT.length, sha256: SHA256 } as const

  test('resolves to the same, with or without the size', async () => {
    const first = await store.finish(unproven)
    assert.deepEqual(first, { ...proven, verified: false })
    assert.deepEqual(await store.finish({ ...unproven, sizeBytes: TEXT.length }), first)
    assert.equal(store.sealed.length, 1)
  })

  test('with the hash resolves to the same, also for a log that was sealed without one', async () => {
    await store.finish(unproven)
    assert.deepEqual(await store.finish(proven), { ...proven, verified: false })
  })

  test('with other values is rejected and names what the log was sealed with', async () => {
    await store.finish(proven)
    for (const other of [
      { ...proven, outcome: 'FAILURE' },
      { ...proven, sizeBytes: TEXT.length - 1 },
      { ...proven, sizeBytes: TEXT.length + 1 },
      { ...proven, sha256: WRONG_SHA256 },
      unproven,
    ] as const)
      await assert.rejects(store.finish(other), refusal('log-sealed', SHA256))
    assert.equal((await store.current())?.outcome, 'SUCCESS')
  })
})
