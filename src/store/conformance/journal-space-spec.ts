/** The promises of the Journal port about space: closing, what is due, and what waits. */
import assert from 'node:assert/strict'
import { isTailraceError } from '../../contract/errors.ts'
import { KIB } from '../../contract/quantities.ts'
import type { DueLog } from '../../core/ports/journal.ts'
import { dueNow, type Promised, rejectsWith, SMALL, stored, text } from './journal-promise.ts'

const CLOSING: Record<string, Promised> = {
  'a closed log accepts no more bytes and keeps those it has': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abc'), 1)
      assert.equal(await journal.close(1), 3)
      const error = await rejectsWith('log-sealed', journal.append(1, 3, text('d'), 1))
      assert.equal(error.detail.head, 3)
      assert.equal(await journal.close(1), 3)
      assert.equal(await stored(journal, 1), 'abc')
    },
  },
  'closing waits for the appends in progress and counts them': {
    run: async journal => {
      await journal.open(1, 0)
      const first = journal.append(1, 0, text('abc'), 1)
      const second = journal.append(1, 3, text('de'), 1)
      const closed = journal.close(1)
      await rejectsWith('log-sealed', journal.append(1, 5, text('f'), 1))
      assert.equal(await closed, 5)
      assert.deepEqual(await Promise.all([first, second]), [3, 5])
    },
  },
  'a log ends when it is closed and everything of it is released': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abc'), 1)
      await journal.release(1, 3)
      assert.deepEqual(await journal.extent(1), { from: 3, head: 3 })
      await journal.close(1)
      assert.equal(await journal.extent(1), undefined)
    },
  },
  'a release moves the beginning, and repeats are harmless': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abcdef'), 1)
      for (const upTo of [4, 4, 2, 0]) await journal.release(1, upTo)
      assert.deepEqual(await journal.extent(1), { from: 4, head: 6 })
      await journal.release(2, 5)
      assert.equal(await journal.extent(2), undefined)
    },
  },
  'calls after the journal ended fail as unavailable': {
    run: async journal => {
      await journal.open(1, 0)
      const append = journal.append(1, 0, text('abc'), 1)
      await journal[Symbol.asyncDispose]()
      assert.equal(await append, 3)
      await rejectsWith('store-unavailable', journal.append(1, 3, text('d'), 1))
      await rejectsWith('store-unavailable', journal.open(2, 0))
      assert.deepEqual(await journal.due(new AbortController().signal), [])
    },
  },
}

const DUE: Record<string, Promised> = {
  'a log is due when it holds a full frame, and no longer when that is released': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.open(2, 0)
      await journal.append(1, 0, new Uint8Array(999), 1)
      await journal.append(2, 0, new Uint8Array(1000), 1)
      assert.deepEqual(await dueNow(journal), [{ log: 2, from: 0, to: 1000, everything: false }])
      await journal.append(1, 999, new Uint8Array(2), 1)
      await journal.release(2, 1)
      assert.deepEqual(await dueNow(journal), [{ log: 1, from: 0, to: 1001, everything: false }])
      await journal.release(1, 1001)
      assert.deepEqual(await dueNow(journal), [])
    },
  },
  'a wait for due logs ends with an append, a close or an abort': {
    run: async journal => {
      const never = new AbortController()
      await journal.open(1, 0)
      const byAppend = journal.due(never.signal)
      await journal.append(1, 0, new Uint8Array(1000), 1)
      assert.deepEqual(await byAppend, [{ log: 1, from: 0, to: 1000, everything: false }])
      await journal.release(1, 990)
      const byClose = journal.due(never.signal)
      await journal.close(1)
      assert.deepEqual(await byClose, [{ log: 1, from: 990, to: 1000, everything: true }])
      await journal.release(1, 1000)
      const abort = new AbortController()
      const byAbort = journal.due(abort.signal)
      abort.abort()
      assert.deepEqual(await byAbort, [])
      assert.deepEqual(await journal.due(abort.signal), [])
    },
  },
  'an empty closed log is not due': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.close(1)
      assert.deepEqual(await dueNow(journal), [])
    },
  },
  'a log that is opened again is no longer due for being closed': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abc'), 1)
      await journal.close(1)
      assert.deepEqual(await dueNow(journal), [{ log: 1, from: 0, to: 3, everything: true }])
      await journal.open(1, 0)
      assert.deepEqual(await dueNow(journal), [])
    },
  },
  'due logs are ordered by the age of the space that they pin': {
    run: async journal => {
      for (const log of [3, 1, 2]) {
        await journal.open(log, 0)
        await journal.append(log, 0, text('first'), 1)
      }
      for (const log of [2, 1, 3]) await journal.append(log, 5, new Uint8Array(2000), 1)
      assert.deepEqual(
        (await dueNow(journal)).map(({ log }) => log),
        [3, 1, 2],
      )
    },
  },
}

const SPACE: Record<string, Promised> = {
  'when space is short, small logs in the oldest space are due with everything, young ones are not': {
    settings: { ...SMALL, frameBytes: 100 * KIB },
    run: async journal => {
      let log = 0
      let due: readonly DueLog[] = []
      while (due.length === 0) {
        assert.ok(++log < 512, 'never due')
        await journal.open(log, 0)
        await journal.append(log, 0, new Uint8Array(2 * KIB), 1)
        due = await dueNow(journal)
      }
      assert.ok(log > 512 / 2 / 3, `short already with ${log} logs`)
      assert.deepEqual(due[0], { log: 1, from: 0, to: 2 * KIB, everything: true })
      assert.ok(due.every(({ everything }, i) => everything && due[i]!.log === i + 1))
      assert.ok(!due.some(one => one.log === log))
      for (const one of due) await journal.release(one.log, one.to)
      assert.deepEqual(await dueNow(journal), [])
    },
  },
  'appends wait while space is short and continue when some is released': {
    settings: { ...SMALL, frameBytes: 100 * KIB },
    run: async journal => {
      const rounds = 200
      let at = 0
      let pending = rounds
      await journal.open(1, 0)
      const appends = Array.from({ length: rounds }, async (_, i) => {
        assert.equal(await journal.append(1, i * 8 * KIB, Buffer.alloc(8 * KIB, i), i), (i + 1) * 8 * KIB)
        pending--
      })
      const flush = async () => {
        const end = new AbortController()
        void Promise.allSettled(appends).then(() => end.abort())
        for (let due = await journal.due(end.signal); due.length > 0; due = await journal.due(end.signal)) {
          assert.ok(due[0]!.to - at <= SMALL.capacityBytes)
          for await (const { at: begin, bytes, arrivedAtMs } of journal.read(1, at, due[0]!.to)) {
            assert.equal(begin, at)
            assert.ok(bytes.every(byte => byte === arrivedAtMs))
            at += bytes.length
          }
          await journal.release(1, at)
        }
      }
      await Promise.all([...appends, flush()])
      assert.equal(pending, 0)
    },
  },
  'appends that wait too long for space fail, and nothing of them is stored': {
    settings: { ...SMALL, spaceTimeoutMs: 20 },
    run: async journal => {
      await journal.open(1, 0)
      await journal.open(2, 0)
      const appends = Array.from({ length: 100 }, (_, i) =>
        journal.append(1, i * 8 * KIB, Buffer.alloc(8 * KIB, i), i),
      )
      const results = await Promise.allSettled(appends)
      const stopped = results.findIndex(({ status }) => status === 'rejected')
      assert.ok(stopped > 0 && stopped * 8 * KIB <= SMALL.capacityBytes)
      for (const result of results.slice(stopped)) {
        assert.equal(result.status, 'rejected')
        assert.ok(isTailraceError(result.reason, 'store-unavailable'))
      }
      const { head } = (await journal.extent(1))!
      assert.equal(head, stopped * 8 * KIB)
      await rejectsWith('store-unavailable', journal.append(1, head, new Uint8Array(40 * KIB), 1))
      await journal.release(1, head)
      assert.equal(await journal.append(1, head, text('on'), 1), head + 2)
      assert.equal(await journal.append(2, 0, text('on'), 1), 2)
    },
  },
}

export const JOURNAL_SPACE = { ...CLOSING, ...DUE, ...SPACE }
