import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SimulatedDisk, seededRandom } from '../../../../test/props/simulated-disk.ts'
import { isTailraceError } from '../../../contract/errors.ts'
import { KIB, type LogId } from '../../../contract/quantities.ts'
import type { Journal } from '../../../core/ports/journal.ts'
import { openLocalJournal } from './local-journal.ts'
import type { FindKnownLogs } from './recover-logs.ts'
import type { JournalDamage } from './segment-files.ts'

const LOGS = [1, 2, 3, 4, 5]
const SETTINGS = {
  directory: '/journal',
  segmentBytes: 32 * KIB,
  segments: 4,
  frameBytes: 4 * KIB,
  spaceTimeoutMs: 5,
  maxRecords: 12,
}

type Step =
  | { readonly do: 'append'; readonly log: LogId; readonly length: number }
  | { readonly do: 'settle' | 'flush' | 'heal' | 'cut power' | 'kill' | 'end' }
  | { readonly do: 'close' | 'read'; readonly log: LogId }
  | { readonly do: 'release'; readonly log: LogId; readonly share: number }
  | { readonly do: 'break'; readonly write: number; readonly sync: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      log: fc.constantFrom(...LOGS),
      length: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 9000 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'heal' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('cut power' as const, 'kill' as const, 'end' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('close' as const, 'read' as const),
      log: fc.constantFrom(...LOGS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      log: fc.constantFrom(...LOGS),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      write: fc.constantFrom(0, 0.2, 1),
      sync: fc.constantFrom(0, 0.2, 1),
    }),
  },
)

/** Bytes of one append that was not acknowledged: a crash may leave them or not. */
interface Attempt {
  readonly at: number
  readonly bytes: Buffer
}

/** A log as its writer and the packs know it. */
interface ModelLog {
  acknowledged: Buffer
  /** Appends in progress, in order. */
  inFlight: Attempt[]
  /** Rejected ones, newest last, as long as nothing was stored after them. */
  rejected: Attempt[][]
  packedEnd: number
  closed: boolean
}

/** Drives a journal and a model of it by the same steps. */
class Trial {
  readonly #disk: SimulatedDisk
  readonly #random: () => number
  readonly #recentBytes: number
  readonly #logs = new Map<LogId, ModelLog>()
  #journal: Journal | undefined
  #settling: Promise<void>[] = []

  constructor(seed: number, recentBytes: number) {
    this.#recentBytes = recentBytes
    this.#random = seededRandom(seed)
    this.#disk = new SimulatedDisk(seededRandom(seed + 1))
    this.#disk.faults.shortWrite = 0.1
    for (const log of LOGS)
      this.#logs.set(log, {
        acknowledged: Buffer.alloc(0),
        inFlight: [],
        rejected: [],
        packedEnd: 0,
        closed: false,
      })
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#restart()
    for (const one of steps) {
      // Whatever the journal has resolved reaches the model first.
      await nextTurn()
      await this.#step(one)
    }
    this.#heal()
    await this.#settle()
    await this.#checkAll()
    this.#disk.cutPower()
    await this.#restart()
    await this.#checkAll()
    await this.#journal![Symbol.asyncDispose]()
  }

  async #step(one: Step): Promise<void> {
    const { faults } = this.#disk
    switch (one.do) {
      case 'append':
        return this.#append(one.log, one.length)
      case 'settle':
        return this.#settle()
      case 'flush':
        return this.#flush()
      case 'read':
        return this.#check(one.log)
      case 'close':
        return this.#close(one.log)
      case 'release':
        return this.#release(one.log, one.share)
      case 'break':
        faults.failedWrite = one.write
        faults.failedSync = one.sync
        return
      case 'heal':
        return this.#heal()
      case 'end':
        await this.#journal![Symbol.asyncDispose]()
        await this.#settle()
        return this.#restart()
      case 'kill':
        this.#disk.kill()
        return this.#restart()
      case 'cut power':
        this.#disk.cutPower()
        return this.#restart()
    }
  }

  #heal(): void {
    this.#disk.faults.failedWrite = 0
    this.#disk.faults.failedSync = 0
  }

  async #append(log: LogId, length: number): Promise<void> {
    const journal = this.#journal!
    const model = this.#logs.get(log)!
    if (model.closed && model.inFlight.length > 0) return
    model.closed = false
    const head = model.acknowledged.length
    const extent = await journal.open(log, model.packedEnd)
    assert.equal(extent.head, head)
    const at = model.acknowledged.length + model.inFlight.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const bytes = Buffer.from(Array.from({ length }, () => this.#random() * 256))
    const attempt: Attempt = { at, bytes }
    model.inFlight.push(attempt)
    const settled = journal.append(log, at, bytes, at).then(
      head => this.#stored(journal, model, attempt, head),
      (error: unknown) => this.#rejected(journal, model, attempt, error),
    )
    this.#settling.push(settled)
  }

  #stored(journal: Journal, model: ModelLog, attempt: Attempt, head: number): void {
    if (journal !== this.#journal) return
    assert.equal(head, attempt.at + attempt.bytes.length)
    assert.equal(attempt, model.inFlight.shift())
    model.acknowledged = Buffer.concat([model.acknowledged, attempt.bytes])
    for (const one of this.#logs.values()) one.rejected = []
  }

  #rejected(journal: Journal, model: ModelLog, attempt: Attempt, error: unknown): void {
    if (journal !== this.#journal) return
    assert.ok(isTailraceError(error, 'store-unavailable'), String(error))
    model.inFlight = model.inFlight.filter(other => other !== attempt)
    const follows = model.rejected.at(-1)?.at(-1)
    if (follows !== undefined && follows.at + follows.bytes.length === attempt.at)
      model.rejected.at(-1)!.push(attempt)
    else model.rejected.push([attempt])
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#settling)
    this.#settling = []
  }

  async #close(log: LogId): Promise<void> {
    const model = this.#logs.get(log)!
    if ((await this.#journal!.extent(log)) === undefined) return
    model.closed = true
    const head = await this.#journal!.close(log)
    await nextTurn()
    assert.equal(head, model.acknowledged.length)
  }

  /** What the flusher does: whatever is due goes to packs and is released. */
  async #flush(): Promise<void> {
    const abort = new AbortController()
    setImmediate(() => abort.abort())
    const due = await this.#journal!.due(abort.signal)
    await nextTurn()
    for (const { log, from, to, everything } of due) {
      const model = this.#logs.get(log)!
      assert.ok(from <= model.packedEnd)
      assert.ok(to > from && to <= model.acknowledged.length)
      assert.ok(everything || to - from >= SETTINGS.frameBytes)
      await this.#pack(log, to)
    }
    for (const [log, { closed, packedEnd, acknowledged, inFlight }] of this.#logs)
      if (closed && inFlight.length === 0 && packedEnd < acknowledged.length)
        assert.fail(`log ${log} is closed and has bytes that were not due`)
  }

  async #release(log: LogId, share: number): Promise<void> {
    const { packedEnd, acknowledged } = this.#logs.get(log)!
    await this.#pack(log, packedEnd + Math.floor((acknowledged.length - packedEnd) * share))
  }

  async #pack(log: LogId, to: number): Promise<void> {
    const model = this.#logs.get(log)!
    const packed = await this.#read(log, model.packedEnd, to)
    assert.ok(packed.equals(model.acknowledged.subarray(model.packedEnd, to)))
    model.packedEnd = to
    // A crash may come between the two.
    if (this.#random() < 0.9) await this.#journal!.release(log, to)
    else await this.#journal!.release(log, to - 1)
  }

  async #checkAll(): Promise<void> {
    for (const log of LOGS) await this.#check(log)
  }

  async #check(log: LogId): Promise<void> {
    await nextTurn()
    const model = this.#logs.get(log)!
    const head = model.acknowledged.length
    const extent = await this.#journal!.extent(log)
    if (extent === undefined) assert.equal(model.packedEnd, head, `log ${log} is gone`)
    else assert.equal(extent.head, head)
    const held = await this.#read(log, model.packedEnd, head)
    assert.ok(held.equals(model.acknowledged.subarray(model.packedEnd, head)), `log ${log} has other bytes`)
  }

  async #read(log: LogId, from: number, to: number): Promise<Buffer> {
    const chunks: Uint8Array[] = []
    let at = from
    for await (const chunk of this.#journal!.read(log, from, to)) {
      assert.equal(chunk.at, at)
      at += chunk.bytes.length
      chunks.push(chunk.bytes)
    }
    return Buffer.concat(chunks)
  }

  /** Opens the journal again; on the way it may fail, be killed and lose power. */
  async #restart(): Promise<void> {
    this.#journal = undefined
    this.#settling = []
    const known: FindKnownLogs = async logs =>
      new Map(
        logs.map(log => [
          log,
          { packedEnd: this.#logs.get(log)!.packedEnd, open: !this.#logs.get(log)!.closed },
        ]),
      )
    for (let tries = 0; this.#journal === undefined; tries++) {
      if (tries === 3) this.#heal()
      const damages: JournalDamage[] = []
      try {
        const opened = await openLocalJournal({
          ...SETTINGS,
          recentBytes: this.#recentBytes,
          known,
          files: this.#disk.layer(),
          onDamage: damage => damages.push(damage),
        })
        if (tries === 0 && this.#random() < 0.2) throw new Error('stopped before it was used')
        this.#journal = opened
      } catch {
        if (this.#random() < 0.5) this.#disk.cutPower()
        else this.#disk.kill()
      }
      assert.deepEqual(damages.filter(isCertain), [])
    }
    for (const [log, model] of this.#logs) await this.#adopt(log, model)
  }

  /**
   * What came back must be what was acknowledged, and then whole appends of one attempt, which
   * count from now on.
   */
  async #adopt(log: LogId, model: ModelLog): Promise<void> {
    const acknowledged = model.acknowledged.length
    const extent = await this.#journal!.extent(log)
    const head = extent?.head ?? acknowledged
    assert.ok(head >= acknowledged, `log ${log} lost bytes ${head} to ${acknowledged}`)
    const back = await this.#read(log, Math.min(model.packedEnd, acknowledged), head)
    const surplus = back.subarray(acknowledged - model.packedEnd)
    const explains = [model.inFlight, ...model.rejected].some(attempts =>
      isRun(attempts, acknowledged, surplus),
    )
    assert.ok(
      surplus.length === 0 || explains,
      `log ${log} has ${surplus.length} bytes that nobody wrote there`,
    )
    model.acknowledged = Buffer.concat([model.acknowledged, surplus])
    model.inFlight = []
    model.rejected = []
    await this.#check(log)
  }
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** What a crash or a failed write cannot explain. */
function isCertain(damage: JournalDamage): boolean {
  return damage.kind === 'unreadable-place' || (damage.kind === 'lost-bytes' && damage.certain)
}

/** True when these bytes are the first of the attempts from `at` on, each of them whole. */
function isRun(attempts: readonly Attempt[], at: number, bytes: Buffer): boolean {
  let end = at
  for (const attempt of attempts) {
    if (attempt.at + attempt.bytes.length <= at) continue
    if (attempt.at !== end) return false
    end += attempt.bytes.length
    if (end - at > bytes.length || !bytes.subarray(attempt.at - at, end - at).equals(attempt.bytes))
      return false
    if (end - at === bytes.length) return true
  }
  return false
}

describe('the local journal compared with a model', () => {
  it('keeps every acknowledged byte once, through crashes, failures, wraps and releases', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom(0, 700, 20 * KIB, 1024 * KIB),
        fc.array(step, { minLength: 10, maxLength: 120 }),
        async (seed, recentBytes, steps) => {
          await new Trial(seed, recentBytes).run(steps)
        },
      ),
      { numRuns: Number(process.env.TAILRACE_TEST_RUNS ?? 60) },
    )
  })
})
