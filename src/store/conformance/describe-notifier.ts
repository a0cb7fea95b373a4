import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import type { Hints, Notifier } from '../../core/ports/notifier.ts'

/** A fresh notifier under test. */
export interface NotifierUnderTest extends AsyncDisposable {
  readonly notifier: Notifier
  /** How many `listen` calls have not been disposed of. */
  listening(): number
}

/** Long enough for a hint to arrive from anywhere; only a broken notifier waits for it. */
const ARRIVES_MS = 30_000
/** No hint is expected, so that every test waits for this. */
const SILENCE_MS = 20

/** The promises of the port `Notifier`, which every implementation keeps. */
export function describeNotifier(name: string, open: () => Promise<NotifierUnderTest>): void {
  describe(`notifier: ${name}`, () => {
    describeHints(open)
    describeEnds(open)
  })
}

type Open = () => Promise<NotifierUnderTest>
const never = new AbortController().signal

function describeHints(open: Open): void {
  it('misses nothing that is announced after listen, waited for or not', async () => {
    await using under = await open()
    using hints = under.notifier.listen(1)
    under.notifier.announce(1, 10)
    assert.equal(await hints.changed(ARRIVES_MS, never), true)
    const waiting = hints.changed(ARRIVES_MS, never)
    under.notifier.announce(1, 20)
    assert.equal(await waiting, true)
    under.notifier.announce(1, 30)
    assert.equal(await hints.changed(ARRIVES_MS, never), true)
  })

  it('a reader that waits between announcements sees the last of them', async () => {
    await using under = await open()
    using hints = under.notifier.listen(1)
    let head = 0
    let seen = 0
    const reader = (async () => {
      while (seen < 500 && (await hints.changed(ARRIVES_MS, never))) seen = head
    })()
    while (head < 500) {
      under.notifier.announce(1, ++head)
      if (head % 7 === 0) await new Promise(setImmediate)
    }
    await reader
    assert.equal(seen, 500)
  })

  it('makes one hint of many announcements', async () => {
    await using under = await open()
    using hints = under.notifier.listen(1)
    for (let head = 1; head <= 1000; head++) under.notifier.announce(1, head)
    assert.equal(await hints.changed(ARRIVES_MS, never), true)
    assert.equal(await hints.changed(SILENCE_MS, never), false)
  })

  it('delivers nothing that was announced before listen or for other logs', async () => {
    await using under = await open()
    under.notifier.announce(1, 10)
    await settle()
    using hints = under.notifier.listen(1)
    under.notifier.announce(2, 10)
    assert.equal(await hints.changed(SILENCE_MS, never), false)
  })

  it('notifies the listeners of a build, and not those of logs, other builds and other projects', async () => {
    await using under = await open()
    const [project, record] = ['a'.repeat(32), '00000000-0000-4000-8000-000000000001']
    using hints = under.notifier.listenBuild(project, record)
    using ofLog = under.notifier.listen(1)
    using otherRecord = under.notifier.listenBuild(project, '00000000-0000-4000-8000-000000000002')
    using otherProject = under.notifier.listenBuild('b'.repeat(32), record)
    const waiting = hints.changed(ARRIVES_MS, never)
    under.notifier.announceBuild(project, record)
    assert.equal(await waiting, true)
    under.notifier.announceBuild(project, record)
    assert.equal(await hints.changed(ARRIVES_MS, never), true)
    under.notifier.announce(1, 10)
    assert.equal(await ofLog.changed(ARRIVES_MS, never), true)
    for (const silent of [hints, ofLog, otherRecord, otherProject])
      assert.equal(await silent.changed(SILENCE_MS, never), false)
  })

  it('notifies every listener of a log, waiting ones included', async () => {
    await using under = await open()
    const all = Array.from({ length: 500 }, () => under.notifier.listen(7))
    const waiting = [...all, all[0]!].map(hints => hints.changed(ARRIVES_MS, never))
    under.notifier.announce(7, 1)
    assert.ok((await Promise.all(waiting)).every(Boolean))
    for (const hints of all) hints[Symbol.dispose]()
    assert.equal(under.listening(), 0)
  })

  it('keeps 10,000 logs apart', async () => {
    await using under = await open()
    const all = Array.from({ length: 10_000 }, (_, log) => under.notifier.listen(log + 1))
    const abort = new AbortController()
    const waiting = all.map(hints => hints.changed(ARRIVES_MS, abort.signal))
    for (let log = 2; log <= 10_000; log += 2) under.notifier.announce(log, 1)
    const even = await Promise.all(waiting.filter((_, i) => i % 2 === 1))
    assert.ok(even.every(Boolean))
    abort.abort()
    const odd = await Promise.all(waiting.filter((_, i) => i % 2 === 0))
    assert.ok(!odd.some(Boolean))
    for (const hints of all) hints[Symbol.dispose]()
    assert.equal(under.listening(), 0)
  })

  it('announces without listeners, and never throws', async () => {
    await using under = await open()
    for (let log = 1; log <= 1000; log++) under.notifier.announce(log, Number.MAX_SAFE_INTEGER)
    assert.equal(under.listening(), 0)
  })
}

function describeEnds(open: Open): void {
  it('stops waiting after the timeout, and at once with a timeout of 0', async () => {
    await using under = await open()
    using hints = under.notifier.listen(1)
    assert.equal(await hints.changed(0, never), false)
    assert.equal(await hints.changed(SILENCE_MS, never), false)
    under.notifier.announce(1, 1)
    assert.equal(await hints.changed(ARRIVES_MS, never), true)
  })

  it('waits however long the timeout is', async () => {
    await using under = await open()
    for (const timeoutMs of [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, 2 ** 31]) {
      using hints = under.notifier.listen(1)
      const waiting = hints.changed(timeoutMs, never)
      await new Promise(resolve => setTimeout(resolve, SILENCE_MS))
      under.notifier.announce(1, 1)
      assert.equal(await waiting, true)
    }
  })

  it('ends when the signal aborts, before or while it waits', async () => {
    await using under = await open()
    using hints = under.notifier.listen(1)
    const abort = new AbortController()
    const waiting = hints.changed(ARRIVES_MS, abort.signal)
    abort.abort()
    assert.equal(await waiting, false)
    assert.equal(await hints.changed(ARRIVES_MS, abort.signal), false)
    under.notifier.announce(1, 1)
    assert.equal(await hints.changed(ARRIVES_MS, abort.signal), false)
    assert.equal(await hints.changed(ARRIVES_MS, never), true)
  })

  it('ends a wait when its hints are disposed of, more than once too', async () => {
    await using under = await open()
    const hints = under.notifier.listen(1)
    const other = under.notifier.listen(1)
    const waiting = hints.changed(ARRIVES_MS, never)
    hints[Symbol.dispose]()
    hints[Symbol.dispose]()
    assert.equal(await waiting, false)
    assert.equal(await hints.changed(ARRIVES_MS, never), false)
    assert.equal(under.listening(), 1)
    under.notifier.announce(1, 1)
    assert.equal(await other.changed(ARRIVES_MS, never), true)
    other[Symbol.dispose]()
  })

  it('leaves no listener on a signal, however a wait ends', async () => {
    await using under = await open()
    const { signal } = new AbortController()
    const listeners: Hints[] = Array.from({ length: 100 }, () => under.notifier.listen(1))
    for (let round = 0; round < 20; round++) {
      const waiting = listeners.map(hints => hints.changed(ARRIVES_MS, signal))
      under.notifier.announce(1, round)
      await Promise.all(waiting)
    }
    await Promise.all(listeners.map(hints => hints.changed(1, signal)))
    const last = listeners.map(hints => hints.changed(ARRIVES_MS, signal))
    for (const hints of listeners) hints[Symbol.dispose]()
    await Promise.all(last)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    assert.equal(under.listening(), 0)
  })
}

/** Lets everything happen that is pending in this process. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}
