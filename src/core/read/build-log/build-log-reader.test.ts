import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chunkSizes, joinBytes, logBytes } from '../../../../test/arbitrary/log-bytes.ts'
import { StepLogs } from '../../../../test/props/step-logs.ts'
import { decodeUtf8 } from '../../../text/utf8.ts'
import type { Principal } from '../../access/principal.ts'
import type { Build, BuildCatalog, StepState } from '../../ports/build-catalog.ts'
import { LineEnds } from '../lines/line-ends.ts'
import { readRange } from '../reader/log-reader.ts'
import { buildLogReader } from './build-log-reader.ts'
import { downloadBuildLog } from './download-build-log.ts'
import { readBuildLog } from './read-build-log.ts'
import { readBuildLogBytes } from './read-build-log-bytes.ts'
import { snapshotBuildLog } from './snapshot-build-log.ts'

interface StepNow {
  readonly state: StepState
  readonly log: Uint8Array
}

const WHO: Principal = {
  projectId: 'a'.repeat(32),
  userId: 'u',
  userName: 'u',
  roles: new Set(['reader'] as const),
}
const ADDRESS = { recordId: 'record' }
const LF = Uint8Array.of(10)
const bytes = (text: string) => new TextEncoder().encode(text)

/** A store with one build of these steps, of which only what reads need is there. */
function storeOf(steps: readonly StepNow[], { sizes = [3, 1, 4000], ended = true } = {}) {
  const build = { ...ADDRESS, projectId: WHO.projectId, source: 'jenkins', creatorId: 'u' }
  const catalog = {
    findBuild: async () => ({ ...build, ...(ended ? { outcome: 'SUCCESS' } : {}) }) as Build,
  }
  const stepLogs = {
    listStepLogs: async () =>
      steps.map(({ state, log }, n) => ({
        log: n,
        state,
        ...(state === 'sealed' ? { sizeBytes: log.length } : {}),
      })),
  }
  const reader = new StepLogs(
    steps.map(({ log }) => log),
    sizes,
  )
  return { builds: catalog as unknown as BuildCatalog, stepLogs, reader, lineEnds: new LineEnds(reader) }
}

/** The rule of docs/api.md §2, in one go over whole logs. */
function naive(steps: readonly StepNow[]): Uint8Array {
  const open = steps.findIndex(({ state }) => state === 'waiting' || state === 'running')
  const shown = (open < 0 ? steps : steps.slice(0, open + 1)).filter(({ log }) => log.length > 0)
  return joinBytes(
    shown.flatMap(({ state, log }, n) => {
      const ends = state === 'sealed' || n < shown.length - 1
      return ends && log.at(-1) !== 10 ? [log, LF] : [log]
    }),
  )
}

const states = fc.constantFrom<StepState>('sealed', 'sealed', 'abandoned', 'skipped', 'running', 'waiting')
const someSteps = (giantBytes?: number) =>
  fc.array(
    fc
      .record({ state: states, log: logBytes(giantBytes) })
      // Without bytes: what waits, or never began.
      .map(step =>
        step.state === 'waiting' || step.state === 'skipped' ? { ...step, log: new Uint8Array(0) } : step,
      ),
    { maxLength: 8 },
  )

async function viewOf(store: ReturnType<typeof storeOf>) {
  const { parts } = await snapshotBuildLog(store, WHO, ADDRESS)
  return buildLogReader(store.reader, store.lineEnds, parts)
}

async function textOf(store: ReturnType<typeof storeOf>): Promise<string> {
  const view = await viewOf(store)
  return decodeUtf8(await readRange(view, 0, 0, await view.head(0)))
}

describe("a build's own log", () => {
  it('is the concatenation of its steps, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        someSteps(),
        chunkSizes,
        fc.array(fc.tuple(fc.nat(400), fc.nat(400)), { maxLength: 20 }),
        async (steps, sizes, cuts) => {
          const whole = naive(steps)
          const view = await viewOf(storeOf(steps, { sizes }))
          assert.equal(await view.head(0), whole.length)
          for (const [a, b] of [[0, whole.length] as const, ...cuts]) {
            const from = Math.min(a, b, whole.length)
            const to = Math.min(Math.max(a, b), whole.length)
            assert.deepEqual(await readRange(view, 0, from, to), whole.subarray(from, to))
            for await (const chunk of view.read(0, from, to)) assert.ok(chunk.length > 0)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is what a download gives at DEBUG, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(someSteps(4000), chunkSizes, async (steps, sizes) => {
        const store = storeOf(steps, { sizes })
        const { parts } = await snapshotBuildLog(store, WHO, ADDRESS)
        const chunks = await Array.fromAsync(downloadBuildLog(store.reader, parts, 'DEBUG'))
        assert.deepEqual(joinBytes(chunks), naive(steps))
      }),
      { numRuns: 200 },
    )
  })

  it('is joined by its pages, forward and backward, and by its literal bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        someSteps(),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 4, max: 60 }),
        async (given, maxLines, lengthBytes) => {
          const steps = given.map(step =>
            step.state === 'running' ? { ...step, state: 'sealed' } : step,
          ) as StepNow[]
          const store = storeOf(steps)
          const whole = naive(steps)
          const growing = given.some(({ state }) => state === 'waiting' || state === 'abandoned')
          let [forward, backward, literal, at, end, from] = ['', '', '', 0, 0, 0]
          const query = { maxLines, holdBack: true }
          for (let before = -1; at > before; ) {
            before = at
            const page = await readBuildLog(store, WHO, ADDRESS, {
              ...query,
              startOffset: at,
              endOffset: 0,
              order: 'ascending',
            })
            assert.equal(page.startOffset, at)
            assert.equal(page.hasMore, growing || page.endOffset < whole.length)
            forward += page.text
            at = page.endOffset
          }
          for (let more = true; more; ) {
            const page = await readBuildLog(store, WHO, ADDRESS, {
              ...query,
              startOffset: 0,
              endOffset: end,
              order: 'descending',
            })
            backward = page.text + backward
            end = page.startOffset
            more = page.hasMore
          }
          for (let before = -1; from > before; ) {
            before = from
            const page = await readBuildLogBytes(store, WHO, ADDRESS, from, lengthBytes)
            assert.ok(page.endOffset - page.startOffset <= lengthBytes)
            literal += page.text
            from = page.endOffset
          }
          // Only the beginning of a character that a last, abandoned log may still complete is not
          // shown.
          const shown = decodeUtf8(whole.subarray(0, at))
          assert.ok(whole.length - at <= 3 && (growing || at === whole.length))
          for (const text of [forward, backward, literal]) assert.equal(text, shown)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('never changes what it showed while steps run, end and follow each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(logBytes(), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.record({ turn: fc.nat(4), bytes: fc.integer({ min: 1, max: 30 }) })),
        async (logs, luck) => {
          const steps = logs.map(() => ({ state: 'waiting' as StepState, stored: 0 }))
          const now = () =>
            steps.map(({ state, stored }, n) => ({ state, log: logs[n]!.subarray(0, stored) }))
          let shown: Uint8Array = new Uint8Array(0)
          while (steps.some(({ state }) => state !== 'sealed')) {
            const { turn, bytes: more } = luck.next().value
            const step = steps[turn % steps.length]!
            if (step.stored === logs[turn % steps.length]!.length) step.state = 'sealed'
            else if (step.state !== 'sealed') {
              step.state = 'running'
              step.stored = Math.min(step.stored + more, logs[turn % steps.length]!.length)
            }
            const view = await viewOf(storeOf(now(), { ended: false }))
            const head = await view.head(0)
            assert.deepEqual(await readRange(view, 0, 0, shown.length), shown)
            shown = await readRange(view, 0, 0, head)
          }
          assert.deepEqual(shown, naive(now()))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('ends at the head of the lowest unfinished step, and gives a newline where a step ends without one', async () => {
    const step = (state: StepState, text = '') => ({ state, log: bytes(text) })
    const text = (...steps: StepNow[]) => textOf(storeOf(steps))
    assert.equal(await text(), '')
    assert.equal(await text(step('sealed', 'a')), 'a\n')
    assert.equal(await text(step('sealed', 'a\n'), step('sealed', 'b')), 'a\nb\n')
    assert.equal(await text(step('sealed'), step('sealed', 'b')), 'b\n')
    assert.equal(await text(step('running', 'a'), step('sealed', 'b\n')), 'a')
    assert.equal(await text(step('waiting'), step('sealed', 'b\n')), '')
    assert.equal(await text(step('skipped'), step('running', 'b')), 'b')
    assert.equal(await text(step('abandoned', 'a')), 'a')
    assert.equal(await text(step('abandoned', 'a'), step('waiting')), 'a')
    assert.equal(await text(step('abandoned', 'a'), step('running', 'b')), 'a\nb')
  })

  it('makes no character of the end of one step and the beginning of the next', async () => {
    const rocket = bytes('\u{1f680}')
    const steps: StepNow[] = [
      { state: 'sealed', log: rocket.subarray(0, 2) },
      { state: 'sealed', log: rocket.subarray(2) },
    ]
    assert.equal(await textOf(storeOf(steps)), '\ufffd\ufffd\n\ufffd\ufffd\n')
  })

  it('holds back the unfinished last line of the running step, not that of an abandoned one', async () => {
    const page = async (...steps: StepNow[]) => {
      const query = {
        startOffset: 0,
        endOffset: 0,
        order: 'ascending',
        maxLines: 1000,
        holdBack: true,
      } as const
      return (await readBuildLog(storeOf(steps), WHO, ADDRESS, query)).text
    }
    const sealed: StepNow = { state: 'sealed', log: bytes('one') }
    assert.equal(await page(sealed, { state: 'running', log: bytes('two\nthr') }), 'one\ntwo\n')
    assert.equal(await page(sealed, { state: 'running', log: bytes('tw') }), 'one\n')
    assert.equal(await page(sealed, { state: 'abandoned', log: bytes('tw') }), 'one\ntw')
    const silent: StepNow = { state: 'running', log: bytes('') }
    assert.equal(await page({ state: 'abandoned', log: bytes('tw') }, silent), 'tw')
  })

  it('is finished when the build has its result and every step is sealed or skipped', async () => {
    const finished = async (ended: boolean, ...of: StepState[]) => {
      const store = storeOf(
        of.map(state => ({ state, log: new Uint8Array(0) })),
        { ended },
      )
      return (await snapshotBuildLog(store, WHO, ADDRESS)).growth.finished
    }
    assert.equal(await finished(true), true)
    assert.equal(await finished(true, 'sealed', 'skipped'), true)
    assert.equal(await finished(false, 'sealed', 'skipped'), false)
    for (const state of ['waiting', 'running', 'abandoned'] as const)
      assert.equal(await finished(true, 'sealed', state, 'sealed'), false)
  })

  it('of ten thousand sealed steps is looked at once: a later page reads only what it shows', async () => {
    const steps = Array.from(
      { length: 10_000 },
      (_, n): StepNow => ({ state: 'sealed', log: bytes(`step ${n}`) }),
    )
    const store = storeOf(steps)
    const last = { startOffset: 0, endOffset: 0, order: 'descending', maxLines: 3, holdBack: true } as const
    const page = () => readBuildLog(store, WHO, ADDRESS, last)
    assert.equal((await page()).text, 'step 9997\nstep 9998\nstep 9999\n')
    const first = store.reader.reads
    assert.equal((await page()).text, 'step 9997\nstep 9998\nstep 9999\n')
    assert.ok(store.reader.reads - first < 1000, String(store.reader.reads - first))
    assert.equal(store.reader.heads, 0)
  })
})

describe('a download without DEBUG lines', () => {
  it('starts each step at INFO', async () => {
    const debug = bytes('[2025/06/26 14:23:32.169 GMT+08:00] [DEBUG] x\n hidden')
    const { reader } = storeOf([
      { state: 'sealed', log: debug },
      { state: 'sealed', log: bytes(' shown') },
    ])
    const parts = [debug.length, 6].map((sizeBytes, log) => ({ log, sizeBytes, endsLine: true }))
    const chunks = await Array.fromAsync(downloadBuildLog(reader, parts, 'INFO'))
    assert.equal(decodeUtf8(joinBytes(chunks)), ' shown\n')
  })
})
