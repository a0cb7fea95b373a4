import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { content } from '../../../../test/props/journal-on-disk.ts'
import { SimulatedDisk, seededRandom } from '../../../../test/props/simulated-disk.ts'
import { KIB } from '../../../contract/quantities.ts'
import type { Journal } from '../../../core/ports/journal.ts'
import type { FileLayer } from './file-layer.ts'
import { type LocalJournalOptions, openLocalJournal } from './local-journal.ts'

interface Reads {
  count: number
  inFlight: number
  most: number
  /** Reads of more bytes fail. */
  maxBytes: number
}

describe('reading records back', () => {
  it('needs no disk for the newest bytes', async () => {
    const { journal, reads } = await open({ recentBytes: 128 * KIB })
    const text = await appendLines(journal, 1, 500)
    assert.equal((await content(journal, 1, 0)).toString(), text)
    assert.equal(reads.count, 0)
    await journal[Symbol.asyncDispose]()
  })

  it('reads what is no longer in memory from the disk, and the rest from memory', async () => {
    const { journal, reads } = await open({ recentBytes: 8 * KIB })
    const text = await appendLines(journal, 1, 500)
    assert.equal((await content(journal, 1, 0)).toString(), text)
    assert.ok(reads.count > 0)
    reads.count = 0
    assert.equal((await content(journal, 1, text.length - 1000)).toString(), text.slice(-1000))
    assert.equal(reads.count, 0)
    await journal[Symbol.asyncDispose]()
  })

  it('reads neighbours in a segment with one read, including other logs between them', async () => {
    const { journal, reads } = await open({ recentBytes: 0 })
    const [first, second] = await Promise.all([appendLines(journal, 1, 300), appendLines(journal, 2, 300)])
    assert.equal((await content(journal, 1, 0)).toString(), first)
    assert.equal((await content(journal, 2, 0)).toString(), second)
    assert.equal(reads.count, 2)
    await journal[Symbol.asyncDispose]()
  })

  it('runs at most two reads at once, however many readers there are', async () => {
    const { journal, reads } = await open({ recentBytes: 0 })
    await Promise.all([1, 2, 3, 4, 5, 6].map(log => appendLines(journal, log, 100)))
    await Promise.all([1, 2, 3, 4, 5, 6].map(log => content(journal, log, 0)))
    assert.equal(reads.most, 2)
    await journal[Symbol.asyncDispose]()
  })

  it('reads records one by one when bytes of other logs between them cannot be read', async () => {
    const { journal, reads } = await open({ recentBytes: 0 })
    const text = await appendLines(journal, 1, 50)
    reads.maxBytes = 100
    assert.equal((await content(journal, 1, 0)).toString(), text)
    reads.maxBytes = 1
    await assert.rejects(content(journal, 1, 0), { code: 'log-damaged' })
    await journal[Symbol.asyncDispose]()
  })

  it('yields to others between windows that are in memory', async () => {
    const { journal, reads } = await open({ recentBytes: 1024 * KIB, segmentBytes: 1024 * KIB })
    await journal.open(1, 0)
    for (let at = 0; at < 8000; at += 1000)
      await Promise.all(
        Array.from({ length: 1000 }, (_, i) => journal.append(1, at + i, Buffer.from('x'), 1)),
      )
    let turns = 0
    const count = () => {
      turns++
      turn = setImmediate(count)
    }
    let turn = setImmediate(count)
    assert.equal((await content(journal, 1, 0)).length, 8000)
    clearImmediate(turn)
    assert.ok(turns >= 3, `${turns} turns`)
    assert.equal(reads.count, 0)
    await journal[Symbol.asyncDispose]()
  })

  it('makes a log of very many records due with everything, however small it is', async () => {
    const { journal } = await open({ maxRecords: 100 })
    await appendLines(journal, 1, 99)
    await journal.open(2, 0)
    await journal.append(2, 0, new Uint8Array(300 * KIB), 1)
    const dueLogs = async () => (await journal.due(new AbortController().signal)).map(({ log }) => log)
    assert.deepEqual(await dueLogs(), [2])
    const { head } = (await journal.extent(1))!
    await journal.append(1, head, Buffer.from('one more'), 1)
    const due = await journal.due(new AbortController().signal)
    assert.deepEqual(due[0], { log: 1, from: 0, to: head + 8, everything: true })
    assert.equal(due[1]?.everything, false)
    await journal.release(1, head)
    assert.deepEqual(await dueLogs(), [2])
    await journal[Symbol.asyncDispose]()
  })
})

async function open(options: Partial<LocalJournalOptions>): Promise<{ journal: Journal; reads: Reads }> {
  const reads: Reads = { count: 0, inFlight: 0, most: 0, maxBytes: Infinity }
  const files = counting(new SimulatedDisk(seededRandom(1)).layer(), reads)
  const settings = { directory: '/journal', segmentBytes: 512 * KIB, files, ...options }
  const journal = await openLocalJournal({ ...settings, known: async () => new Map() })
  return { journal, reads }
}

/** Appends so many lines, each by itself and at a time of its own; resolves to the text. */
async function appendLines(journal: Journal, log: number, count: number): Promise<string> {
  await journal.open(log, 0)
  let text = ''
  for (let i = 0; i < count; i++) {
    const line = `line ${i} of log ${log}\n`
    await journal.append(log, text.length, Buffer.from(line), i)
    text += line
  }
  return text
}

function counting(layer: FileLayer, reads: Reads): FileLayer {
  return {
    ...layer,
    open: async path => {
      const file = await layer.open(path)
      const read: typeof file.read = async (target, position) => {
        reads.count++
        reads.most = Math.max(reads.most, ++reads.inFlight)
        try {
          if (target.length > reads.maxBytes) throw new Error('simulated EIO')
          return await file.read(target, position)
        } finally {
          reads.inFlight--
        }
      }
      return { ...file, read }
    },
  }
}
