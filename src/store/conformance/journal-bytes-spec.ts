/** The promises of the Journal port about bytes: opening, appending and reading. */
import assert from 'node:assert/strict'
import { CHECKED_BODY_MAX_BYTES } from '../../contract/limits.ts'
import { KIB } from '../../contract/quantities.ts'
import { chunks, LARGE, type Promised, rejectsWith, stored, text } from './journal-promise.ts'

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
  'of two appends at one offset one is stored, and the other is rejected with the durable head': {
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
  'bytes in progress are neither in the extent nor readable before they are acknowledged': {
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
  'an empty append and one that can never fit are rejected and change nothing': {
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
  'a read that begins below the extent yields nothing': {
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

export const JOURNAL_BYTES = { ...OPENING, ...APPENDING, ...READING }
