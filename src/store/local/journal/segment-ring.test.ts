import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { KIB, MIB } from '../../../contract/quantities.ts'
import type { Journal } from '../../../core/ports/journal.ts'
import { nodeFileLayer } from './file-layer.ts'
import { type LocalJournalOptions, openLocalJournal } from './local-journal.ts'

const LOGS = [1, 2, 3, 4, 5, 6, 7, 8]
const CHUNK_BYTES = 1500
const ROUNDS = 200

const parent = await mkdtemp(join(tmpdir(), 'tailrace-ring-'))
after(() => rm(parent, { recursive: true, force: true }))

describe('the segments of the local journal', () => {
  it('wrap around many times while they are read, without one wrong byte', async () => {
    const directory = join(parent, 'wraps')
    await using journal = await open(directory, { segments: 3, segmentBytes: 64 * KIB, frameBytes: 8 * KIB })
    const packed = new Map(LOGS.map(log => [log, 0]))
    const done = new AbortController()
    let bytesRead = 0
    const writing = Promise.all(LOGS.map(log => write(journal, log)))
    const flushing = flush(journal, packed, done.signal)
    const reading = Promise.all(
      LOGS.map(async log => {
        while (!done.signal.aborted) {
          const { from, head } = (await journal.extent(log)) ?? { from: 0, head: 0 }
          for await (const { at, bytes } of journal.read(log, from, head)) {
            assertBytes(log, at, bytes)
            bytesRead += bytes.length
          }
          await new Promise(resolve => setImmediate(resolve))
        }
      }),
    )
    await writing
    done.abort()
    await Promise.all([flushing, reading])
    for (const log of LOGS) assert.equal((await journal.extent(log))?.head, ROUNDS * CHUNK_BYTES)
    assert.ok(bytesRead > 0)
    assert.ok((await readdir(directory)).length <= 3)
  })

  it('are created when they are needed, and no more of them than are allowed', async () => {
    const directory = join(parent, 'lazy')
    await using journal = await open(directory, { segments: 4, segmentBytes: 64 * KIB, spaceTimeoutMs: 5 })
    assert.equal((await readdir(directory)).length, 1)
    await journal.open(1, 0)
    let head = await journal.append(1, 0, new Uint8Array(100), 1)
    assert.equal((await readdir(directory)).length, 1)
    await assert.rejects(async () => {
      for (;;) head = await journal.append(1, head, new Uint8Array(10 * KIB), 1)
    })
    assert.ok(head > 2 * 50 * KIB)
    const files = (await readdir(directory)).length
    assert.ok(files === 3 || files === 4, `${files} files`)
  })

  it('report how full they are, and when they have room again', async () => {
    await using journal = await open(join(parent, 'full'), {
      segments: 4,
      segmentBytes: MIB,
      spaceTimeoutMs: 5,
    })
    const { capacityBytes, ...empty } = journal.space()
    assert.deepEqual(empty, { usedBytes: 0, isFull: false, neededDiskBytes: 0 })
    assert.ok(capacityBytes > 2.9 * MIB && capacityBytes <= 3 * MIB)
    await journal.open(1, 0)
    let head = await journal.append(1, 0, new Uint8Array(100), 1)
    const { usedBytes } = journal.space()
    assert.ok(usedBytes > 100 && usedBytes < 200, `${usedBytes}`)
    await assert.rejects(async () => {
      for (;;) head = await journal.append(1, head, new Uint8Array(200 * KIB), 1)
    })
    assert.ok(journal.space().isFull)
    assert.ok(journal.space().usedBytes > 0.9 * capacityBytes)
    await journal.release(1, head)
    assert.ok(!journal.space().isFull)
    assert.ok(journal.space().usedBytes < 0.5 * capacityBytes)
  })

  it('report how much disk space they need when no further file fits', async () => {
    let files = 0
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
    const onFullDisk = {
      ...nodeFileLayer,
      open: (path: string) => (++files > 1 ? Promise.reject(full) : nodeFileLayer.open(path)),
    }
    const options = { segments: 4, segmentBytes: MIB, spaceTimeoutMs: 5, files: onFullDisk }
    await using journal = await open(join(parent, 'full disk'), options)
    await journal.open(1, 0)
    let head = await journal.append(1, 0, new Uint8Array(100 * KIB), 1)
    assert.equal(journal.space().neededDiskBytes, 0)
    await assert.rejects(async () => {
      for (;;) head = await journal.append(1, head, new Uint8Array(100 * KIB), 1)
    })
    assert.deepEqual([journal.space().isFull, journal.space().neededDiskBytes], [false, MIB])
  })

  it('adopt a new size and number as they are used again', async () => {
    const directory = join(parent, 'resized')
    const old = await open(directory, { segments: 6, segmentBytes: 64 * KIB })
    await old.open(1, 0)
    let head = 0
    for (let i = 0; i < 20; i++) head = await old.append(1, head, Buffer.alloc(10 * KIB, i), i)
    await old[Symbol.asyncDispose]()
    const packed = new Map([[1, 0]])
    {
      await using journal = await open(directory, { segments: 3, segmentBytes: 128 * KIB }, packed)
      for await (const { at, bytes, arrivedAtMs } of journal.read(1, 0, head))
        assert.ok(bytes.every(byte => byte === arrivedAtMs) && at === arrivedAtMs * 10 * KIB)
      await journal.release(1, head - 10 * KIB)
      packed.set(1, head - 10 * KIB)
      head = await journal.append(1, head, Buffer.alloc(100 * KIB, 99), 99)
      await journal.release(1, head)
      packed.set(1, head)
      head = await journal.append(1, head, Buffer.alloc(100 * KIB, 100), 100)
    }
    const sizes = await Promise.all(
      (await readdir(directory)).map(async name => (await stat(join(directory, name))).size),
    )
    assert.ok(sizes.length <= 3 && sizes.every(size => size === 128 * KIB), String(sizes))
    await using journal = await open(directory, { segments: 3, segmentBytes: 128 * KIB }, packed)
    assert.deepEqual(await journal.extent(1), { from: head - 100 * KIB, head })
  })

  it('are not overwritten while they are read', async () => {
    const directory = join(parent, 'pinned')
    const gate = Promise.withResolvers<void>()
    let holdReads = false
    let held = 0
    const files = {
      ...nodeFileLayer,
      open: async (path: string) => {
        const file = await nodeFileLayer.open(path)
        const read: typeof file.read = async (target, position) => {
          if (holdReads) {
            held++
            await gate.promise
          }
          return file.read(target, position)
        }
        return {
          read,
          write: file.write.bind(file),
          sync: file.sync.bind(file),
          size: file.size.bind(file),
          close: file.close.bind(file),
        }
      },
    }
    await using journal = await open(directory, {
      segments: 3,
      segmentBytes: 16 * KIB,
      files,
      recentBytes: 0,
    })
    await journal.open(1, 0)
    let head = await journal.append(1, 0, Buffer.alloc(5000, 'a'), 1)
    holdReads = true
    const reading = journal.read(1, 0, head)[Symbol.asyncIterator]().next()
    while (held === 0) await new Promise(resolve => setImmediate(resolve))
    const writing = (async () => {
      for (let i = 0; i < 12; i++) {
        head = await journal.append(1, head, Buffer.alloc(5000, 'b'), 1)
        await journal.release(1, head)
      }
    })()
    // The writer must come to a halt at the segment that is read; one that does not has time to
    // spoil it.
    await Promise.race([writing, new Promise(resolve => setTimeout(resolve, 300))])
    holdReads = false
    gate.resolve()
    const { value } = await reading
    assert.ok(value!.bytes.every((byte: number) => byte === 'a'.charCodeAt(0)))
    await writing
  })

  it('reject settings that cannot work', async () => {
    for (const settings of [
      { segments: 2 },
      { segments: 251 },
      { segmentBytes: 1000 },
      { segmentBytes: 2 ** 31 },
    ])
      await assert.rejects(open(join(parent, 'refused'), settings), RangeError)
  })
})

function open(directory: string, settings: Partial<LocalJournalOptions>, packed = new Map<number, number>()) {
  return openLocalJournal({
    directory,
    known: async logs => new Map(logs.map(log => [log, { packedEnd: packed.get(log) ?? 0, open: true }])),
    ...settings,
  })
}

async function write(journal: Journal, log: number): Promise<void> {
  await journal.open(log, 0)
  for (let head = 0; head < ROUNDS * CHUNK_BYTES; ) {
    const at = head
    const chunk = Uint8Array.from({ length: CHUNK_BYTES }, (_, i) => byteAt(log, at + i))
    head = await journal.append(log, at, chunk, 1)
  }
}

/** Reads all that is due as a flusher does, and releases it. */
async function flush(journal: Journal, packed: Map<number, number>, signal: AbortSignal): Promise<void> {
  for (let due = await journal.due(signal); due.length > 0; due = await journal.due(signal)) {
    for (const { log, from, to } of due) {
      assert.equal(from, packed.get(log))
      let at = from
      for await (const chunk of journal.read(log, from, to)) {
        assert.equal(chunk.at, at)
        assertBytes(log, at, chunk.bytes)
        at += chunk.bytes.length
      }
      assert.equal(at, to)
      packed.set(log, to)
      await journal.release(log, to)
    }
  }
}

function byteAt(log: number, at: number): number {
  return (log * 31 + at * 7 + (at >>> 8)) & 0xff
}

function assertBytes(log: number, at: number, bytes: Uint8Array): void {
  const wrong = bytes.findIndex((byte, i) => byte !== byteAt(log, at + i))
  assert.equal(wrong, -1, `log ${log} has a wrong byte at ${at + wrong}`)
}
