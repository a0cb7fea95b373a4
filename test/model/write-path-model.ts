import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { isTailraceError, TailraceError } from '../../src/contract/errors.ts'
import { abandonSilentLogs } from '../../src/core/maintain/abandon-silent-logs.ts'
import { NewlySealed } from '../../src/core/maintain/announce-sealed.ts'
import { UnrecordedFrames } from '../../src/core/maintain/flush-frames.ts'
import { announceTask, flushTask } from '../../src/core/maintain/maintenance-tasks.ts'
import { type PassReport, runMaintenance } from '../../src/core/maintain/run-maintenance.ts'
import type { BuildCatalog, Step, StepCensus } from '../../src/core/ports/build-catalog.ts'
import type { FrameCatalog } from '../../src/core/ports/frame-catalog.ts'
import type { Journal } from '../../src/core/ports/journal.ts'
import type { PackStore } from '../../src/core/ports/pack-store.ts'
import { storeLogReader } from '../../src/core/read/reader/store-log-reader.ts'
import { appendWhole } from '../../src/core/write/append-log.ts'
import { finishStep } from '../../src/core/write/finish-step.ts'
import type { WritePorts } from '../../src/core/write/live-logs.ts'
import { LogDigests } from '../../src/core/write/log-digests.ts'
import { Quotas } from '../../src/core/write/quotas.ts'
import { createMemoryCoordination } from '../../src/store/memory/memory-coordination.ts'
import { createMemoryNotifier } from '../../src/store/memory/memory-notifier.ts'
import { EventRecord } from './event-record.ts'

/** A store under test; frames of about 4 KiB, a journal of at most some hundred KiB. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly journal: Journal
  readonly packs: PackStore
  readonly frames: FrameCatalog
  readonly builds: BuildCatalog & StepCensus
}

export const MODEL_FRAME_SIZES = { targetBytes: 4096, maxBytes: 16_384 }

const PROJECT = 'a'.repeat(32)
const RECORD = '00000000-0000-4000-8000-000000000001'
const LOGS = 4

type Act =
  | { readonly kind: 'append'; readonly bytes: number; readonly back: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'gap' }
  | { readonly kind: 'read'; readonly from: number; readonly to: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'falsely-finish' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'pause' }

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      bytes: fc.integer({ min: 1, max: 9000 }),
      back: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'wrong' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'gap' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'finish' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'falsely-finish' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'abandon' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'pause' as const }) },
)

/**
 * Writers, readers and the flusher at work on a few logs at once, with pack writes that fail now
 * and then: at each moment every acknowledged byte is read exactly, and in the end sealed logs
 * stand wholly in packs.
 */
export function writePathKeepsItsPromises(open: () => Promise<StoreUnderTest>, runs: number): Promise<void> {
  return fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 5, maxLength: 60 }), { minLength: LOGS, maxLength: LOGS }),
      fc.integer({ min: 0, max: 4 }),
      async (scripts, failEvery) => {
        await using store = await open()
        await runScripts(store, scripts, failEvery)
      },
    ),
    { numRuns: runs },
  )
}

async function runScripts(
  store: StoreUnderTest,
  scripts: readonly (readonly Act[])[],
  failEvery: number,
): Promise<void> {
  const packs = failingPacks(store.packs, failEvery)
  const frames = failingFrames(store.frames, failEvery)
  const record = new EventRecord(store)
  const { events } = record
  const newlySealed = new NewlySealed(events)
  const coordination = createMemoryCoordination()
  const ports: WritePorts = {
    ...store,
    ...coordination,
    reader: storeLogReader({ ...store, packs }),
    notifier: createMemoryNotifier(),
    digests: new LogDigests(newSha256, 2),
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
    clock: Date.now,
    onSealed: (log, sizeBytes) => newlySealed.note({ log, sizeBytes }),
  }
  const ending = new AbortController()
  const flushPorts = {
    ...store,
    packs,
    frames,
    census: store.builds,
    events,
    unrecorded: new UnrecordedFrames(),
    onLost: (_: unknown, cause: unknown) => assert.fail(String(cause)),
    sizes: MODEL_FRAME_SIZES,
    inTurn: coordination.inTurn,
  }
  const maintaining = runMaintenance(
    [flushTask(flushPorts, { paceMs: 1 }), { ...announceTask({ frames, events, newlySealed }), paceMs: 1 }],
    { clock: Date.now, wait: ms => sleep(ms), onPass: assertFailedAsInjected },
    ending.signal,
  )
  const steps = await createSteps(store.builds)
  try {
    await Promise.all(steps.map((step, i) => new LogModel(ports, store, step, i).run(scripts[i] ?? [])))
    await Promise.all(steps.map(step => everythingIsPacked(store, step, record)))
  } finally {
    ending.abort()
    await maintaining
  }
}

async function createSteps(builds: BuildCatalog): Promise<readonly Step[]> {
  await builds.createBuild({
    projectId: PROJECT,
    recordId: RECORD,
    job: { name: 'model', idIfNew: 'j'.repeat(32) },
    source: 'test',
    creatorId: 'u'.repeat(32),
    createdAtMs: Date.now(),
    steps: Array.from({ length: LOGS }, (_, i) => ({ stepId: i + 1, name: `step ${i + 1}` })),
  })
  return builds.listSteps(PROJECT, RECORD)
}

/** Sealed logs leave the journal, their frames join from 0 to the size, and events say so. */
async function everythingIsPacked(
  { builds, journal, frames }: StoreUnderTest,
  { log, stepId }: Step,
  record: EventRecord,
): Promise<void> {
  const step = await builds.findStep(PROJECT, { recordId: RECORD }, stepId)
  if (step?.state !== 'sealed') return
  for (let tries = 0; (await journal.extent(log)) !== undefined; tries++) {
    assert.ok(tries < 2000, `log ${log} stays in the journal`)
    await sleep(2)
  }
  let at = 0
  for (const frame of await frames.framesOf(log, 0, Number.MAX_SAFE_INTEGER, 10_000)) {
    assert.equal(frame.at, at)
    at = frame.end
  }
  assert.equal(at, step.sizeBytes)
  await record.assertComplete(log, at)
}

/**
 * What one log must be: a prefix of a text that is known beforehand, as long as was acknowledged.
 */
class LogModel {
  readonly #ports: WritePorts
  readonly #census: StepCensus
  readonly #step: Step
  readonly #text: Uint8Array
  #acknowledged = 0
  #sealed = false

  constructor(ports: WritePorts, store: StoreUnderTest, step: Step, seed: number) {
    this.#ports = ports
    this.#census = store.builds
    this.#step = step
    this.#text = textOf(seed)
  }

  async run(script: readonly Act[]): Promise<void> {
    for (const one of script) await this.#do(one)
    await this.#read(0, this.#acknowledged)
  }

  async #do(one: Act): Promise<void> {
    if (one.kind === 'append') return this.#append(one.bytes, one.back)
    if (one.kind === 'wrong') return this.#wrong()
    if (one.kind === 'gap') return this.#refused(this.#acknowledged + 1, this.#text.subarray(0, 10))
    if (one.kind === 'read') return this.#readPart(one.from, one.to)
    if (one.kind === 'finish') return this.#finish()
    if (one.kind === 'falsely-finish') return this.#falselyFinish()
    if (one.kind === 'abandon') return this.#abandon()
    await sleep(3)
  }

  async #append(bytes: number, back: number): Promise<void> {
    const at = Math.max(0, this.#acknowledged - back)
    const to = Math.min(this.#text.length, at + bytes)
    if (this.#sealed && to > this.#acknowledged) return this.#refused(at, this.#text.subarray(at, to))
    const head = await appendWhole(this.#ports, await this.#current(), at, this.#text.subarray(at, to))
    if (to > this.#acknowledged) assert.equal((await this.#current()).state, 'running')
    this.#acknowledged = Math.max(this.#acknowledged, to)
    assert.equal(head, this.#acknowledged)
  }

  async #wrong(): Promise<void> {
    if (this.#acknowledged === 0) return
    const at = this.#acknowledged - 1
    await this.#refused(at, Uint8Array.of(this.#text[at]! ^ 1, 65))
  }

  async #refused(at: number, bytes: Uint8Array): Promise<void> {
    await assert.rejects(appendWhole(this.#ports, await this.#current(), at, bytes), (error: unknown) => {
      assert.ok(isTailraceError(error, this.#sealed ? 'log-sealed' : 'offset-conflict'), String(error))
      assert.equal(error.detail.head, this.#acknowledged)
      return true
    })
  }

  async #readPart(from: number, to: number): Promise<void> {
    const [a, b] = [from, to].map(part => Math.floor(part * this.#acknowledged)).sort((x, y) => x - y)
    await this.#read(a ?? 0, b ?? 0)
  }

  async #read(from: number, to: number): Promise<void> {
    const { reader } = this.#ports
    assert.equal(await reader.head(this.#step.log), this.#acknowledged)
    const chunks = await Array.fromAsync(reader.read(this.#step.log, from, to))
    assert.ok(
      Buffer.concat(chunks).equals(this.#text.subarray(from, to)),
      `[${from}, ${to}) of log ${this.#step.log} differs`,
    )
  }

  async #finish(): Promise<void> {
    const sha256 = createHash('sha256').update(this.#text.subarray(0, this.#acknowledged)).digest('hex')
    const finished = await finishStep(this.#ports, await this.#current(), {
      outcome: 'SUCCESS',
      sizeBytes: this.#acknowledged,
      sha256,
    })
    assert.deepEqual(finished, { outcome: 'SUCCESS', sizeBytes: this.#acknowledged, sha256, verified: true })
    this.#sealed = true
  }

  async #falselyFinish(): Promise<void> {
    const finish = finishStep(this.#ports, await this.#current(), {
      outcome: 'SUCCESS',
      sizeBytes: this.#acknowledged,
      sha256: '0'.repeat(64),
    })
    await assert.rejects(finish, (error: unknown) =>
      isTailraceError(error, this.#sealed ? 'log-sealed' : 'finish-mismatch'),
    )
  }

  async #abandon(): Promise<void> {
    const silentBefore = Date.now() + 1
    const mine = (log: number) => (log === this.#step.log ? 0 : silentBefore)
    const before = (await this.#current()).state
    await abandonSilentLogs({ ...this.#ports, census: this.#census }, mine, 0, silentBefore)
    assert.equal((await this.#current()).state, before === 'running' ? 'abandoned' : before)
  }

  async #current(): Promise<Step> {
    return (await this.#ports.builds.findStep(PROJECT, { recordId: RECORD }, this.#step.stepId))!
  }
}

class InjectedFailure extends TailraceError {
  constructor() {
    super('store-unavailable', 'injected')
  }
}

function assertFailedAsInjected({ failure }: PassReport): void {
  if (failure !== undefined && !(failure.error instanceof InjectedFailure)) throw failure.error
}

function failingPacks(packs: PackStore, failEvery: number): PackStore {
  let writes = 0
  return {
    write: async (drafts, apart) => {
      if (failEvery > 0 && ++writes % (failEvery + 1) === 0) throw new InjectedFailure()
      return packs.write(drafts, apart)
    },
    read: frame => packs.read(frame),
    readStored: frame => packs.readStored(frame),
    readIndex: frame => packs.readIndex(frame),
    packs: () => packs.packs(),
    frames: pack => packs.frames(pack),
    drop: pack => packs.drop(pack),
    [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
  }
}

/** Fails in turn before and after the rows are stored: the caller cannot know which. */
function failingFrames(frames: FrameCatalog, failEvery: number): FrameCatalog {
  let adds = 0
  return {
    addFrames: async rows => {
      const failing = failEvery > 0 && ++adds % (failEvery + 2) === 0
      if (failing && adds % 2 === 0) throw new InjectedFailure()
      await frames.addFrames(rows)
      if (failing) throw new InjectedFailure()
    },
    framesOf: (log, from, to, limit) => frames.framesOf(log, from, to, limit),
    frameOfLine: (log, line) => frames.frameOfLine(log, line),
    packedEnds: logs => frames.packedEnds(logs),
    packEnd: pack => frames.packEnd(pack),
  }
}

/** Lines of very different length, among them one longer than a frame may be. */
function textOf(seed: number): Uint8Array {
  let random = seed + 1
  const next = () => {
    random = (random * 48_271) % 2_147_483_647
    return random
  }
  const bytes = new Uint8Array(400_000)
  let lineLeft = 0
  for (let at = 0; at < bytes.length; at++) {
    if (lineLeft-- > 0) bytes[at] = 32 + (next() % 90)
    else {
      bytes[at] = 10
      lineLeft = next() % 20 === 0 ? next() % 30_000 : next() % 200
    }
  }
  return bytes
}

function newSha256() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}
