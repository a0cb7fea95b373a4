import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, describe, test } from 'node:test'
import { overriding } from '../../../test/props/overriding.ts'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryPackStore, type MemoryPack } from '../../store/memory/memory-pack-store.ts'
import type { Step } from '../ports/build-catalog.ts'
import type { Frame } from '../ports/pack-store.ts'
import { storeLogReader } from '../read/reader/store-log-reader.ts'
import { type CheckPorts, checkStore, type StoreFault } from './check-store.ts'

const PROJECT = 'p'
/** Frames of ten lines. */
const TEXT = Buffer.from(Array.from({ length: 50 }, (_, i) => `line ${i + 10}\n`).join(''))
const FRAME_BYTES = 80

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function newSha256() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}

/** A store with two builds of one step each: one log is sealed and in packs, one is live. */
async function openStore() {
  const builds = memoryBuildCatalog()
  const [frames, journal] = [memoryFrameCatalog(), new MemoryJournal()]
  const media = new Map<string, MemoryPack>()
  const packs = createMemoryPackStore({ packs: media })
  const reader = storeLogReader({ journal, frames, packs })
  const ports = { builds, removal: builds, retention: builds.retention, frames, packs, reader, newSha256 }
  const [sealed, live] = [await newStep('r1'), await newStep('r2')]
  const rows = await packs.write(draftsOf(sealed))
  await frames.addFrames(rows)
  await journal.open(live.log, 0)
  await journal.append(live.log, 0, TEXT.subarray(0, 9), 1)
  return { ports, builds, frames, packs, media, rows, sealed, live, seal }

  async function newStep(recordId: string): Promise<Step> {
    const job = { name: 'nightly', idIfNew: 'j' }
    const draft = { projectId: PROJECT, recordId, job, source: 'test', creatorId: 'u', createdAtMs: 1 }
    await builds.createBuild({ ...draft, steps: [{ stepId: 1, name: 'step' }] })
    const [step] = await builds.listSteps(PROJECT, recordId)
    await builds.changeStep(step!.log, ['waiting'], { state: 'running' })
    return step!
  }

  async function seal(given: { readonly sizeBytes?: number; readonly sha256?: string } = {}) {
    const right = {
      sizeBytes: TEXT.length,
      sha256: sha256(TEXT),
      verified: true,
      outcome: 'SUCCESS',
    } as const
    await builds.changeStep(sealed.log, ['running'], { state: 'sealed', ...right, ...given })
  }
}

function draftsOf({ log }: Step) {
  return Array.from({ length: TEXT.length / FRAME_BYTES }, (_, i) => ({
    log,
    at: FRAME_BYTES * i,
    firstLine: 10 * i,
    bytes: TEXT.subarray(FRAME_BYTES * i, FRAME_BYTES * (i + 1)),
    arrivals: [{ at: FRAME_BYTES * i, arrivedAtMs: 1 }],
    day: 0,
  }))
}

let store: Awaited<ReturnType<typeof openStore>>
beforeEach(async () => {
  store = await openStore()
})

async function check(ports: Partial<CheckPorts> = {}) {
  const faults: StoreFault[] = []
  const progress: (readonly [logs: number, bytes: number])[] = []
  const result = await checkStore(
    { ...store.ports, ...ports },
    {
      onFault: fault => void faults.push(fault),
      onProgress: (logs, bytes) => void progress.push([logs, bytes]),
    },
  )
  return { ...result, faults, progress }
}

const subjectOf = ({ recordId, stepId }: Step) => `build ${recordId}, step ${stepId}`
const packBytes = () => store.media.values().reduce((bytes, { storedBytes }) => bytes + storedBytes, 0)

/** The rows of the frame table as the check sees them. */
const framesWith = (change: (rows: readonly Frame[]) => readonly Frame[]) =>
  overriding(store.ports.frames, {
    framesOf: async (log, from, to, limit) => change(await store.frames.framesOf(log, from, to, limit)),
  })

describe('a check of a store', () => {
  test('counts what is there and finds no fault in a sound store', async () => {
    await store.seal()
    const { faults, progress, ...counts } = await check()
    assert.deepEqual(faults, [])
    assert.deepEqual(counts, {
      builds: 2,
      logs: 2,
      logBytes: TEXT.length + 9,
      packs: 1,
      packBytes: packBytes(),
      removedLogs: 0,
      unnamedPacks: [],
    })
    assert.deepEqual(progress, [
      [1, 9],
      [2, TEXT.length + 9],
    ])
  })

  test('names packs that no row names, and deleted logs, without a fault', async () => {
    await store.seal()
    const [left] = await store.packs.write([{ ...draftsOf(store.sealed)[0]!, day: 7 }])
    await store.builds.removeBuild(PROJECT, store.live.recordId)
    const { faults, unnamedPacks, removedLogs, packs, builds } = await check()
    assert.deepEqual(faults, [])
    assert.deepEqual([unnamedPacks, removedLogs, packs, builds], [[left!.pack], 1, 2, 1])
  })
})

describe('a check of a store finds', () => {
  test('bytes that differ from those the log was sealed with', async () => {
    await store.seal({ sha256: sha256(Buffer.from('other')) })
    const { faults } = await check()
    assert.deepEqual(faults, [
      { subject: subjectOf(store.sealed), message: 'has other bytes than it was sealed with' },
    ])
  })

  test('a log that is shorter or longer than it was sealed', async () => {
    await store.seal({ sizeBytes: TEXT.length + 1 })
    const { faults } = await check()
    const message = `has ${TEXT.length} bytes, but was sealed with ${TEXT.length + 1}`
    assert.deepEqual(faults, [{ subject: subjectOf(store.sealed), message }])
  })

  test('a damaged frame, in the log and in its pack, and still checks the rest', async () => {
    await store.seal()
    const { pack, position, storedBytes } = store.rows[3]!
    store.media.get(pack)!.buffer[position + storedBytes - 1]! ^= 1
    const { faults, logs, logBytes } = await check()
    assert.equal(faults.length, 1)
    assert.equal(faults[0]!.subject, subjectOf(store.sealed))
    assert.match(faults[0]!.message, new RegExp(`^cannot be read after byte ${3 * FRAME_BYTES}: `))
    assert.deepEqual([logs, logBytes], [2, 3 * FRAME_BYTES + 9])
  })

  test('a pack with bytes that are not a frame', async () => {
    await store.seal()
    const { pack, position } = store.rows[2]!
    store.media.get(pack)!.buffer[position]! ^= 1
    const { faults } = await check()
    assert.deepEqual(
      new Set(faults.map(({ subject }) => subject)),
      new Set([subjectOf(store.sealed), `pack ${pack}`]),
    )
  })

  test('a pack that is shorter than its rows say', async () => {
    await store.seal()
    const { pack } = store.rows[0]!
    const end = packBytes()
    store.media.get(pack)!.storedBytes = end - 1
    const { faults } = await check()
    const message = `has ${end - 1} bytes, but rows name ${end}`
    assert.ok(faults.some(fault => fault.subject === `pack ${pack}` && fault.message === message))
  })

  test('rows that leave a gap, overlap or number their lines wrongly', async () => {
    await store.seal()
    const wrong: ((rows: readonly Frame[]) => readonly Frame[])[] = [
      rows => rows.filter(({ at }) => at !== FRAME_BYTES),
      rows => rows.map(row => (row.at === FRAME_BYTES ? { ...row, at: row.at - 1 } : row)),
      rows => rows.map(row => (row.at === FRAME_BYTES ? { ...row, firstLine: row.firstLine + 1 } : row)),
      rows => rows.map(row => (row.at === 0 ? { ...row, lines: row.lines - 1 } : row)),
    ]
    for (const change of wrong) {
      const { faults } = await check({ frames: framesWith(change) })
      assert.ok(
        faults.some(
          ({ subject, message }) => subject === subjectOf(store.sealed) && /has a frame at/.test(message),
        ),
        change.toString(),
      )
    }
  })

  test('nothing, but fails, when the store cannot be read now', async () => {
    const unavailable = async () => {
      throw new TailraceError('store-unavailable', 'injected')
    }
    const isUnavailable = (error: unknown) => isTailraceError(error, 'store-unavailable')
    const reader = { ...store.ports.reader, head: unavailable }
    await assert.rejects(check({ reader }), isUnavailable)
    const packs = overriding(store.packs, {
      // biome-ignore lint/correctness/useYield: it fails before its first row
      frames: async function* () {
        await unavailable()
      },
    })
    await assert.rejects(check({ packs }), isUnavailable)
  })
})
