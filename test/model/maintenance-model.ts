import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { isTailraceError, TailraceError } from '../../src/contract/errors.ts'
import type { Principal } from '../../src/core/access/principal.ts'
import { deleteBuild } from '../../src/core/maintain/delete-build.ts'
import { UnrecordedFrames } from '../../src/core/maintain/flush-frames.ts'
import { MaintenanceEvents } from '../../src/core/maintain/maintenance-events.ts'
import { flushTask, spaceTasks } from '../../src/core/maintain/maintenance-tasks.ts'
import { type PassReport, runMaintenance } from '../../src/core/maintain/run-maintenance.ts'
import type { Step } from '../../src/core/ports/build-catalog.ts'
import type { BuildRemoval } from '../../src/core/ports/build-removal.ts'
import type { FrameMaintenance } from '../../src/core/ports/frame-maintenance.ts'
import type { PackStore } from '../../src/core/ports/pack-store.ts'
import { followMovedFrames } from '../../src/core/read/reader/follow-moved-frames.ts'
import { storeLogReader } from '../../src/core/read/reader/store-log-reader.ts'
import { appendWhole } from '../../src/core/write/append-log.ts'
import { finishStep } from '../../src/core/write/finish-step.ts'
import { LogDigests } from '../../src/core/write/log-digests.ts'
import { Quotas } from '../../src/core/write/quotas.ts'
import { createMemoryCoordination } from '../../src/store/memory/memory-coordination.ts'
import { createMemoryNotifier } from '../../src/store/memory/memory-notifier.ts'
import { withFrameCache } from '../../src/store/pack/with-frame-cache.ts'
import { MODEL_FRAME_SIZES, type StoreUnderTest } from './write-path-model.ts'

/** A store under test, with what maintenance needs of it. */
export interface MaintainedStore extends StoreUnderTest {
  readonly removal: BuildRemoval
  readonly frameMaintenance: FrameMaintenance
}

const PROJECT = 'a'.repeat(32)
const ADMIN: Principal = { projectId: PROJECT, userId: 'u', userName: 'u', roles: new Set(['admin']) }
const LOGS = 8

const act = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.integer({ min: 1, max: 9000 }).map(bytes => ({ kind: 'append', bytes }) as const),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'read' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'pause' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'finish' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' } as const) },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

/**
 * Writers, readers, deletions, flushes, sweeps and rewrites of packs at once, with writes of packs
 * and rows that fail now and then: what was not deleted is read exactly at each moment, what was
 * deleted is gone, and in the end no pack is less than half alive.
 */
export function maintenanceKeepsItsPromises(
  open: () => Promise<MaintainedStore>,
  runs: number,
): Promise<void> {
  const script = fc.array(act, { minLength: 5, maxLength: 40 })
  return fc.assert(
    fc.asyncProperty(
      fc.array(script, { minLength: LOGS, maxLength: LOGS }),
      fc.integer({ min: 0, max: 4 }),
      async (scripts, failEvery) => {
        await using store = await open()
        await runScripts(store, scripts, failEvery)
      },
    ),
    { numRuns: runs },
  )
}

type Ports = ReturnType<typeof portsOf>

function portsOf(store: MaintainedStore, failEvery: number) {
  const fails = failingNowAndThen(failEvery)
  const cached = withFrameCache(failing(store.packs, fails), { maxBytes: 50_000 })
  const packs = followMovedFrames(cached, store.frames)
  return {
    ...store,
    packs,
    frameMaintenance: {
      ...store.frameMaintenance,
      removeFrames: store.frameMaintenance.removeFrames,
      moveFrames: async (moves: Parameters<FrameMaintenance['moveFrames']>[0]) => {
        fails()
        return store.frameMaintenance.moveFrames(moves)
      },
    },
    reader: storeLogReader({ ...store, packs }),
    notifier: createMemoryNotifier(),
    digests: new LogDigests(newSha256, 2),
    ...createMemoryCoordination(),
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
    clock: Date.now,
    census: store.builds,
    sizes: MODEL_FRAME_SIZES,
    unrecorded: new UnrecordedFrames(),
    unreadable: new Set<string>(),
    events: new MaintenanceEvents(assertInjected),
    onLost: (_: unknown, cause: unknown) => assert.fail(String(cause)),
    onReclaimed: () => {},
  }
}

async function runScripts(
  store: MaintainedStore,
  scripts: readonly (readonly Act[])[],
  failEvery: number,
): Promise<void> {
  const ports = portsOf(store, failEvery)
  const ending = new AbortController()
  const maintaining = runMaintenance(
    [flushTask(ports, { paceMs: 1 }), ...spaceTasks(ports, { paceMs: 1, reclaimEveryMs: 1 })],
    { clock: Date.now, wait: ms => sleep(ms), onPass: assertFailedAsInjected },
    ending.signal,
  )
  try {
    const logs = await Promise.all(scripts.map((_, seed) => createLog(ports, seed)))
    await Promise.all(logs.map((log, i) => log.run(scripts[i]!)))
    for (const log of logs) await log.settle()
    await everythingIsReclaimed(ports)
    for (const log of logs) await log.check()
  } finally {
    ending.abort()
    await maintaining
  }
}

/**
 * Nothing of what was deleted is left, and every pack but those that cannot be read is at least
 * half alive.
 */
async function everythingIsReclaimed(ports: Ports): Promise<void> {
  for (let tries = 0; ; tries++) {
    const [removed, sparse] = [
      await ports.removal.removedLogs(1),
      await ports.frameMaintenance.sparsePacks(1),
    ]
    if (removed.length === 0 && sparse.length === 0) break
    assert.ok(tries < 2000, `left over: ${JSON.stringify({ removed, sparse })}`)
    await sleep(2)
  }
  assert.deepEqual([...ports.unreadable], [])
}

async function createLog(ports: Ports, seed: number): Promise<LogModel> {
  const recordId = `00000000-0000-4000-8000-00000000000${seed}`
  const { build } = await ports.builds.createBuild({
    projectId: PROJECT,
    recordId,
    job: { name: 'model', idIfNew: 'j'.repeat(32) },
    source: 'test',
    creatorId: 'u',
    // Two days of packs.
    createdAtMs: 86_400_000 * (20_000 + (seed % 2)),
    steps: [{ stepId: 1, name: 'step' }],
  })
  const [step] = await ports.builds.listSteps(PROJECT, build.recordId)
  return new LogModel(ports, step!, seed)
}

class LogModel {
  readonly #ports: Ports
  readonly #step: Step
  readonly #text: Buffer
  #acknowledged = 0
  #sealed = false
  #deleted = false

  constructor(ports: Ports, step: Step, seed: number) {
    this.#ports = ports
    this.#step = step
    this.#text = Buffer.from(
      Array.from(
        { length: 9_000 },
        (_, line) => `${seed} ${line} ${(line * 7919 * (seed + 1)) % 99_991}\n`,
      ).join(''),
    )
  }

  async run(script: readonly Act[]): Promise<void> {
    for (const one of script) {
      if (one.kind === 'append') await this.#append(one.bytes)
      else if (one.kind === 'read') await this.check()
      else if (one.kind === 'finish') await this.#finish()
      else if (one.kind === 'delete') await this.#delete()
      else await sleep(2)
    }
  }

  /** Whatever the log is, its bytes are to end in packs. */
  async settle(): Promise<void> {
    await this.#finish()
    await this.#journalForgets()
  }

  /** The next flush brings it about. */
  async #journalForgets(): Promise<void> {
    for (let tries = 0; (await this.#ports.journal.extent(this.#step.log)) !== undefined; tries++) {
      assert.ok(tries < 2000, `log ${this.#step.log} stays in the journal`)
      await sleep(2)
    }
  }

  async check(): Promise<void> {
    const { reader, frames } = this.#ports
    if (this.#deleted) return this.#assertGone()
    const read = await Array.fromAsync(reader.read(this.#step.log, 0, this.#acknowledged))
    assert.ok(Buffer.concat(read).equals(this.#text.subarray(0, this.#acknowledged)), 'other bytes')
    for (const frame of await frames.framesOf(this.#step.log, 0, this.#acknowledged, 1000)) {
      const index = await this.#ports.packs.readIndex(frame)
      assert.equal(index.arrivals[0]?.at, frame.at)
    }
  }

  async #append(bytes: number): Promise<void> {
    const to = Math.min(this.#text.length, this.#acknowledged + bytes)
    const appending = appendWhole(
      this.#ports,
      this.#step,
      this.#acknowledged,
      this.#text.subarray(this.#acknowledged, to),
    )
    if (this.#deleted && to > this.#acknowledged) return assertRefused(appending, 'not-found')
    if (this.#sealed && to > this.#acknowledged) return assertRefused(appending, 'log-sealed')
    await appending
    this.#acknowledged = to
  }

  async #finish(): Promise<void> {
    const finishing = finishStep(this.#ports, this.#step, {
      outcome: 'SUCCESS',
      sizeBytes: this.#acknowledged,
    })
    if (this.#deleted) return assertRefused(finishing, 'not-found')
    await finishing
    this.#sealed = true
  }

  async #delete(): Promise<void> {
    const deleting = deleteBuild(this.#ports, ADMIN, this.#step.recordId)
    if (this.#deleted) return assertRefused(deleting, 'not-found')
    // What other callers send at the same moment is rejected or forgotten.
    const racing = this.#sealed
      ? Promise.resolve()
      : appendWhole(this.#ports, this.#step, this.#acknowledged, Buffer.from('race')).catch(error => {
          assert.ok(isTailraceError(error, 'not-found'), String(error))
        })
    await deleting
    await racing
    this.#deleted = true
    await this.#assertGone()
  }

  async #assertGone(): Promise<void> {
    const { builds } = this.#ports
    assert.equal(await builds.findStep(PROJECT, { recordId: this.#step.recordId }, 1), undefined)
    await this.#journalForgets()
  }
}

async function assertRefused(work: Promise<unknown>, code: 'not-found' | 'log-sealed'): Promise<void> {
  await assert.rejects(work, (error: unknown) => isTailraceError(error, code))
}

class InjectedFailure extends TailraceError {
  constructor() {
    super('store-unavailable', 'injected')
  }
}

function assertInjected(error: unknown): void {
  if (!(error instanceof InjectedFailure)) throw error
}

function assertFailedAsInjected({ failure }: PassReport): void {
  if (failure !== undefined) assertInjected(failure.error)
}

function failingNowAndThen(failEvery: number): () => void {
  let calls = 0
  return () => {
    if (failEvery > 0 && ++calls % (failEvery + 2) === 0) throw new InjectedFailure()
  }
}

function failing(packs: PackStore, fails: () => void): PackStore {
  return {
    write: async (drafts, apart) => {
      fails()
      return packs.write(drafts, apart)
    },
    read: frame => packs.read(frame),
    readStored: frame => packs.readStored(frame),
    readIndex: frame => packs.readIndex(frame),
    packs: () => packs.packs(),
    frames: pack => packs.frames(pack),
    drop: async pack => {
      fails()
      await packs.drop(pack)
    },
    [Symbol.asyncDispose]: () => packs[Symbol.asyncDispose](),
  }
}

function newSha256() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.copy().digest('hex') }
}
