import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import { CHECKED_BODY_MAX_BYTES } from '../../contract/limits.ts'
import { type ByteOffset, KIB, type LogId } from '../../contract/quantities.ts'
import type { DueLog, Journal, JournalChunk } from '../../core/ports/journal.ts'

/** What a test of the suite asks of the journal that it opens. */
export interface JournalSettings {
  /** A log with this many bytes is due. */
  readonly frameBytes: number
  /** About this many bytes fit. */
  readonly capacityBytes: number
  readonly spaceTimeoutMs: number
}

export interface JournalKit {
  /** A new, empty journal; what it leaves behind is removed when it is disposed of. */
  readonly open: (settings: JournalSettings) => Promise<Journal>
  /** Tests that this journal cannot pass, by title. */
  readonly deviations?: readonly { readonly test: string; readonly reason: string }[]
}

const SMALL: JournalSettings = { frameBytes: 1000, capacityBytes: 512 * KIB, spaceTimeoutMs: 10_000 }
const LARGE: JournalSettings = { ...SMALL, capacityBytes: 8 * 20 * KIB * KIB }

/** Runs every promise of the Journal port against an implementation. */
export function describeJournal(name: string, { open, deviations = [] }: JournalKit): void {
  describe(`Journal: ${name}`, () => {
    for (const [title, { settings = SMALL, run }] of Object.entries(PROMISES)) {
      const reason = deviations.find(({ test }) => test === title)?.reason
      it(title, { skip: reason ?? false }, async () => {
        await using journal = await open(settings)
        await run(journal)
      })
    }
  })
}

interface Promised {
  readonly settings?: JournalSettings
  readonly run: (journal: Journal) => Promise<void>
}

const OPENING: Record<string, Promised> = {
  'a log that was never opened is not live': {
    run: async journal => {
      assert.equal(await journal.extent(1), undefined)
      assert.deepEqual(await chunks(journal, 1, 0, 10), [])
      await rejectsWith('log-not-live', journal.append(1, 0, text('x'), 1))
      await rejectsWith('log-not-live', journal.close(1))
      await journal.release(1, 10)
    },
  },
  'opening makes a log live where its packed part ends': {
    run: async journal => {
      assert.deepEqual(await journal.open(1, 70), { from: 70, head: 70 })
      assert.deepEqual(await journal.extent(1), { from: 70, head: 70 })
      assert.equal(await journal.append(1, 70, text('abc'), 1), 73)
      assert.deepEqual(await journal.extent(1), { from: 70, head: 73 })
    },
  },
  'opening a live log again changes nothing': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abc'), 1)
      assert.deepEqual(await journal.open(1, 0), { from: 0, head: 3 })
      assert.equal(await stored(journal, 1), 'abc')
    },
  },
  'opening a closed log that is still live lets it grow again': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abc'), 1)
      await journal.close(1)
      assert.deepEqual(await journal.open(1, 0), { from: 0, head: 3 })
      assert.equal(await journal.append(1, 3, text('def'), 1), 6)
      assert.equal(await stored(journal, 1), 'abcdef')
    },
  },
  'a log that ended can be opened again where its packed part ends': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abc'), 1)
      await journal.close(1)
      await journal.release(1, 3)
      assert.equal(await journal.extent(1), undefined)
      await rejectsWith('log-not-live', journal.append(1, 3, text('d'), 1))
      await rejectsWith('log-not-live', journal.close(1))
      assert.deepEqual(await journal.open(1, 3), { from: 3, head: 3 })
      assert.equal(await journal.append(1, 3, text('d'), 1), 4)
      assert.deepEqual(await chunks(journal, 1, 0, 4), [])
      assert.equal(await stored(journal, 1), 'd')
    },
  },
}

const APPENDING: Record<string, Promised> = {
  'appended bytes are read back exactly, with where and when they arrived': {
    run: async journal => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
      await journal.open(7, 0)
      await journal.append(7, 0, bytes, 1_700_000_000_123)
      await journal.append(7, 256, text('\0\r\n'), 1_700_000_000_124)
      assert.deepEqual(await chunks(journal, 7, 0, 259), [
        { at: 0, bytes: [...bytes], arrivedAtMs: 1_700_000_000_123 },
        { at: 256, bytes: [0, 13, 10], arrivedAtMs: 1_700_000_000_124 },
      ])
    },
  },
  'the caller may change its bytes once the append is acknowledged': {
    run: async journal => {
      const bytes = text('abc')
      await journal.open(1, 0)
      await journal.append(1, 0, bytes, 1)
      bytes.fill(0)
      assert.equal(await stored(journal, 1), 'abc')
    },
  },
  'an append elsewhere than at the end is a conflict that names the head and stores nothing': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abc'), 1)
      for (const at of [0, 2, 4]) {
        const error = await rejectsWith('offset-conflict', journal.append(1, at, text('z'), 1))
        assert.equal(error.detail.head, 3)
      }
      assert.equal(await stored(journal, 1), 'abc')
    },
  },
  'of two appends to one place one is stored, and the other learns the head that is durable then': {
    run: async journal => {
      await journal.open(1, 0)
      const first = journal.append(1, 0, text('abc'), 1)
      const error = await rejectsWith('offset-conflict', journal.append(1, 0, text('xy'), 1))
      assert.equal(error.detail.head, 3)
      assert.equal(await first, 3)
      assert.equal(await stored(journal, 1), 'abc')
    },
  },
  'appends to one log may follow each other without waiting': {
    run: async journal => {
      await journal.open(1, 0)
      const words = Array.from({ length: 200 }, (_, i) => `word ${i}\n`)
      let at = 0
      const heads = words.map(word => {
        const head = journal.append(1, at, text(word), 1)
        at += word.length
        return head
      })
      assert.equal((await Promise.all(heads)).at(-1), at)
      assert.equal(await stored(journal, 1), words.join(''))
    },
  },
  'appends to many logs at once do not mix': {
    run: async journal => {
      const logs = Array.from({ length: 100 }, (_, i) => i + 1)
      const heads = new Map(logs.map(log => [log, 0]))
      await Promise.all(logs.map(log => journal.open(log, 0)))
      for (const round of [0, 1, 2]) {
        await Promise.all(
          logs.map(async log => {
            heads.set(log, await journal.append(log, heads.get(log)!, text(`${log}/${round};`), round))
          }),
        )
      }
      for (const log of logs) assert.equal(await stored(journal, log), `${log}/0;${log}/1;${log}/2;`)
    },
  },
  'bytes under way are neither in the extent nor readable before they are acknowledged': {
    run: async journal => {
      await journal.open(1, 0)
      let acknowledged = 0
      const appends = Array.from({ length: 50 }, async (_, i) => {
        acknowledged = Math.max(acknowledged, await journal.append(1, i * 100, new Uint8Array(100), 1))
      })
      for (let done = false; !done; ) {
        const { head } = (await journal.extent(1))!
        const readable = (await chunks(journal, 1, 0, 5000)).reduce((sum, { bytes }) => sum + bytes.length, 0)
        assert.ok(head % 100 === 0 && readable >= head)
        done = acknowledged === 5000
        await new Promise(resolve => setImmediate(resolve))
      }
      await Promise.all(appends)
    },
  },
  'an append of 16 MiB is stored whole': {
    settings: LARGE,
    run: async journal => {
      const bytes = Buffer.alloc(CHECKED_BODY_MAX_BYTES, 'sixteen mebibytes of log, ')
      await journal.open(1, 0)
      assert.equal(await journal.append(1, 0, bytes, 5), bytes.length)
      let at = 0
      for await (const chunk of journal.read(1, 0, bytes.length)) {
        assert.equal(chunk.at, at)
        assert.ok(bytes.subarray(at, at + chunk.bytes.length).equals(chunk.bytes))
        assert.equal(chunk.arrivedAtMs, 5)
        at += chunk.bytes.length
      }
      assert.equal(at, bytes.length)
    },
  },
  'an empty append and one that can never fit are refused and change nothing': {
    run: async journal => {
      await journal.open(1, 0)
      await rejectsWith('invalid-parameter', journal.append(1, 0, new Uint8Array(0), 1))
      await rejectsWith('too-large', journal.append(1, 0, new Uint8Array(CHECKED_BODY_MAX_BYTES + 1), 1))
      await rejectsWith('too-large', journal.append(1, 0, new Uint8Array(600 * KIB), 1))
      assert.equal(await journal.append(1, 0, text('abc'), 1), 3)
    },
  },
}

const READING: Record<string, Promised> = {
  'a range is read literally, in chunks that do not cross arrivals': {
    run: async journal => {
      await journal.open(1, 10)
      await journal.append(1, 10, text('hello '), 1)
      await journal.append(1, 16, text('wide '), 2)
      await journal.append(1, 21, text('world'), 3)
      const read = await chunks(journal, 1, 12, 23)
      assert.deepEqual(
        read.map(({ at, bytes, arrivedAtMs }) => [at, String.fromCharCode(...bytes), arrivedAtMs]),
        [
          [12, 'llo ', 1],
          [16, 'wide ', 2],
          [21, 'wo', 3],
        ],
      )
      assert.deepEqual(await chunks(journal, 1, 14, 14), [])
      assert.equal((await chunks(journal, 1, 25, 99)).length, 1)
      assert.deepEqual(await chunks(journal, 1, 26, 99), [])
    },
  },
  'a read from below what is still here yields nothing': {
    run: async journal => {
      await journal.open(1, 0)
      await journal.append(1, 0, text('abcdef'), 1)
      await journal.release(1, 2)
      assert.deepEqual(await chunks(journal, 1, 1, 6), [])
      assert.equal(await stored(journal, 1), 'cdef')
    },
  },
  'a read that a release overtakes ends early and skips nothing': {
    run: async journal => {
      await journal.open(1, 0)
      for (let i = 0; i < 150; i++) await journal.append(1, i * 2000, Buffer.alloc(2000, i), i)
      let at = 0
      for await (const chunk of journal.read(1, 0, 300_000)) {
        assert.equal(chunk.at, at)
        assert.ok(chunk.bytes.every(byte => byte === chunk.arrivedAtMs))
        at += chunk.bytes.length
        if (at === 2000) await journal.release(1, 298_000)
      }
      assert.ok(at >= 2000 && at < 298_000, `ended at ${at}`)
      assert.equal((await chunks(journal, 1, 298_000, 300_000)).length, 1)
    },
  },
}

const CLOSING: Record<string, Promised> = {
  'a closed log takes no more bytes and keeps those it has': {
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
  'closing waits for the appends under way and counts them': {
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
  'what is asked of a journal after it ended fails as unavailable': {
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
  'whoever waits for due logs is woken by an append, by a close and by an abort': {
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
  'due logs come in the order of the space that they pin': {
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
  'when space is short, small logs in the oldest space are due whole, young ones are not': {
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
  'appends wait while space is short and go on when some is released': {
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

const PROMISES = { ...OPENING, ...APPENDING, ...READING, ...CLOSING, ...DUE, ...SPACE }

function text(string: string): Uint8Array {
  return new TextEncoder().encode(string)
}

async function chunks(journal: Journal, log: LogId, from: ByteOffset, to: ByteOffset) {
  const read: (Omit<JournalChunk, 'bytes'> & { bytes: number[] })[] = []
  for await (const { at, bytes, arrivedAtMs } of journal.read(log, from, to))
    read.push({ at, bytes: [...bytes], arrivedAtMs })
  return read
}

/** All that the journal holds of a log, as text. */
async function stored(journal: Journal, log: LogId): Promise<string> {
  const { from, head } = (await journal.extent(log))!
  const chunks: Uint8Array[] = []
  for await (const { bytes } of journal.read(log, from, head)) chunks.push(bytes)
  return Buffer.concat(chunks).toString()
}

/** What is due at once, or nothing: the wait is broken off as soon as it has had its turn. */
async function dueNow(journal: Journal): Promise<readonly DueLog[]> {
  const abort = new AbortController()
  setImmediate(() => abort.abort())
  return journal.due(abort.signal)
}

async function rejectsWith(code: TailraceError['code'], promise: Promise<unknown>): Promise<TailraceError> {
  const error = await promise.then(
    () => assert.fail(`resolved instead of rejecting with ${code}`),
    (reason: unknown) => reason,
  )
  assert.ok(isTailraceError(error, code), `${error} instead of ${code}`)
  return error
}
