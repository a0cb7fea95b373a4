import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MaintenanceTask, type PassReport, runMaintenance } from './run-maintenance.ts'

/**
 * A clock that only waits move, a list of all waits, and a stop after the given number of waits.
 */
function host({ stopAfterWaits }: { readonly stopAfterWaits: number }) {
  const stopping = new AbortController()
  const waits: number[] = []
  const reports: PassReport[] = []
  let now = 1000
  return {
    waits,
    reports,
    stopping,
    signal: stopping.signal,
    clock: () => now,
    pass: (ms: number) => {
      now += ms
    },
    wait: async (ms: number) => {
      waits.push(ms)
      now += ms
      if (waits.length >= stopAfterWaits) stopping.abort()
    },
    onPass: (report: PassReport) => void reports.push(report),
  }
}

const task = (more: Partial<MaintenanceTask>): MaintenanceTask => ({
  name: 'test',
  paceMs: 10,
  nextPass: async () => async () => {},
  ...more,
})

const BOUND = { timeout: 10_000 }

test('a task runs at once and then at its pace', BOUND, async () => {
  const a = host({ stopAfterWaits: 3 })
  const pass = async () => a.pass(5)
  await runMaintenance([task({ nextPass: async () => pass })], a, a.signal)
  assert.deepEqual(a.waits, [10, 10, 10])
  assert.deepEqual(a.reports, [
    { task: 'test', endedAtMs: 1005, tookMs: 5 },
    { task: 'test', endedAtMs: 1020, tookMs: 5 },
    { task: 'test', endedAtMs: 1035, tookMs: 5 },
  ])
})

test('a task with a delay waits for it once', BOUND, async () => {
  const a = host({ stopAfterWaits: 3 })
  await runMaintenance([task({ firstAfterMs: 7 })], a, a.signal)
  assert.deepEqual(a.waits, [7, 10, 10])
  assert.equal(a.reports.length, 2)
})

test('a pass that fails is reported and tried again sooner, and other tasks continue', BOUND, async () => {
  const a = host({ stopAfterWaits: 6 })
  const failure = new Error('injected')
  let runs = 0
  const failing = task({
    name: 'failing',
    paceMs: 100,
    retryMs: 3,
    nextPass: async () => async () => {
      if (++runs === 1) throw failure
    },
  })
  await runMaintenance([failing, task({ name: 'other' })], a, a.signal)
  const of = (name: string) => a.reports.filter(report => report.task === name)
  assert.deepEqual(
    of('failing').map(report => report.failure?.error),
    [failure, undefined, undefined],
  )
  assert.deepEqual(
    a.waits.filter(ms => ms !== 10),
    [3, 100, 100],
  )
  assert.equal(of('other').length, 3)
})

test(
  'a task that cannot look for work has failed, and the time it waited does not count',
  BOUND,
  async () => {
    const a = host({ stopAfterWaits: 1 })
    const nextPass = async () => {
      a.pass(60_000)
      throw new Error('injected')
    }
    await runMaintenance([task({ nextPass })], a, a.signal)
    assert.equal(a.reports[0]?.tookMs, 0)
    assert.match(String(a.reports[0]?.failure?.error), /injected/)
  },
)

test('a task without work is asked again and not reported', BOUND, async () => {
  const a = host({ stopAfterWaits: 3 })
  let asked = 0
  const nextPass = async () => {
    asked++
    return undefined
  }
  await runMaintenance([task({ nextPass })], a, a.signal)
  assert.equal(asked, 3)
  assert.deepEqual(a.reports, [])
})

test('a stop lets the pass in progress end and starts no other', BOUND, async () => {
  const a = host({ stopAfterWaits: 99 })
  const end = Promise.withResolvers<void>()
  const began = Promise.withResolvers<void>()
  let runs = 0
  const pass = async () => {
    runs++
    began.resolve()
    await end.promise
  }
  let stopped = false
  const running = runMaintenance([task({ nextPass: async () => pass })], a, a.signal).then(() => {
    stopped = true
  })
  await began.promise
  a.stopping.abort()
  await new Promise(setImmediate)
  assert.equal(stopped, false)
  end.resolve()
  await running
  assert.equal(runs, 1)
  assert.equal(a.reports.length, 1)
})

test('a stop ends a task that waits for work, and no pass follows', BOUND, async () => {
  const a = host({ stopAfterWaits: 99 })
  let runs = 0
  const waiting = task({
    nextPass: signal =>
      new Promise(resolve => {
        signal.addEventListener('abort', () => resolve(async () => void runs++))
        queueMicrotask(() => a.stopping.abort())
      }),
  })
  await runMaintenance([waiting], a, a.signal)
  assert.equal(runs, 0)
  assert.deepEqual(a.reports, [])
})
