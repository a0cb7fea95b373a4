import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import { content, damaged, fill, open, randomBytes } from '../../../../test/props/journal-on-disk.ts'
import { SimulatedDisk, seededRandom } from '../../../../test/props/simulated-disk.ts'
import { KIB, type LogId } from '../../../contract/quantities.ts'
import { encodeRecord, RECORD_HEADER_BYTES, recordKey } from './record-format.ts'
import type { FindKnownLogs, KnownLog } from './recover-logs.ts'
import { decodeSegmentHeader, FIRST_RECORD_POSITION, SALT_BYTES } from './segment.ts'
import type { JournalDamage } from './segment-files.ts'

describe('recovery of the journal', () => {
  it('reports damage at the end of a segment that others follow, although no log shows a gap', async () => {
    const disk = new SimulatedDisk(seededRandom(13))
    const { records } = await fill(disk, 13, [
      { log: 1, length: 100_000 },
      { log: 2, length: 500 },
      { log: 1, length: 100_000 },
    ])
    const { path, from } = records.find(({ log }) => log === 2)!
    assert.notEqual(records.at(-1)!.path, path)
    disk.replace(path, damaged(disk.content(path), { path, from: from + 50, to: from + 51, isCut: false }))
    const damages: JournalDamage[] = []
    await using journal = await open(disk, { onDamage: one => damages.push(one) })
    assert.deepEqual(damages, [{ kind: 'unreadable-place', path, from, to: from + 540 }])
    assert.equal((await journal.extent(1))?.head, 200_000)
    assert.equal(await journal.extent(2), undefined)
  })

  it('opens what is left of a segment that is cut inside its header', async () => {
    for (const length of [0, 1, 47, 48, 4096, 4100, 8191, 8192]) {
      const disk = new SimulatedDisk(seededRandom(length))
      const { contents } = await fill(disk, 14, [{ log: 1, length: 700 }])
      const path = disk.paths()[0]!
      disk.replace(path, disk.content(path).subarray(0, length))
      await using journal = await open(disk)
      assert.equal(await journal.extent(1), undefined)
      await journal.open(1, 0)
      assert.equal(await journal.append(1, 0, contents.get(1)!, 1), 700)
    }
  })

  it('loses nothing when either copy of a header is lost', async () => {
    for (const position of [0, 20, 60, 4096, 4150]) {
      const disk = new SimulatedDisk(seededRandom(position))
      const { contents } = await fill(disk, 5, [{ log: 1, length: 700 }])
      const path = disk.paths()[0]!
      disk.replace(
        path,
        damaged(disk.content(path), { path, from: position, to: position + 80, isCut: false }),
      )
      const damages: JournalDamage[] = []
      await using journal = await open(disk, { onDamage: one => damages.push(one) })
      assert.deepEqual(await content(journal, 1, 0), contents.get(1))
      assert.deepEqual(damages, [])
    }
  })

  it('mistakes log text for a record only if it contains the secret salt of the segment', async () => {
    for (const knowsSalt of [false, true]) {
      const disk = new SimulatedDisk(seededRandom(6))
      const journal = await open(disk)
      await journal.open(1, 0)
      await journal.append(1, 0, Buffer.from('first'), 1)
      const path = disk.paths()[0]!
      const { salt } = decodeSegmentHeader(disk.content(path).subarray(0, FIRST_RECORD_POSITION))!
      const payload = Buffer.from('imitated')
      const imitation = Buffer.alloc(RECORD_HEADER_BYTES + payload.length)
      const record = {
        log: 9,
        at: 0,
        arrivedAtMs: 1,
        payload,
        moreFollows: false,
        batchStart: FIRST_RECORD_POSITION,
      }
      encodeRecord(imitation, 0, recordKey(knowsSalt ? salt : randomBytes(1, SALT_BYTES)), record)
      await journal.append(1, 5, imitation, 1)
      await journal[Symbol.asyncDispose]()
      // Recovery must look for the next record inside the text of the one that is damaged.
      const at = disk.content(path).indexOf(imitation) - RECORD_HEADER_BYTES
      disk.replace(path, damaged(disk.content(path), { path, from: at, to: at + 8, isCut: false }))
      await using again = await open(disk)
      assert.equal((await again.extent(9)) !== undefined, knowsSalt)
      assert.deepEqual(await again.extent(1), { from: 0, head: 5 })
    }
  })

  it('mistakes no record of an earlier use of a file for one of the present use', async () => {
    const disk = new SimulatedDisk(seededRandom(12))
    const packed = new Map<LogId, number>()
    const known: FindKnownLogs = async logs =>
      new Map(logs.map(log => [log, { packedEnd: packed.get(log) ?? 0, open: true }]))
    const journal = await open(disk, { known })
    await journal.open(1, 0)
    let head = 0
    for (let round = 0; round < 12; round++) {
      head = await journal.append(1, head, randomBytes(round, 100 * KIB), 1)
      await journal.release(1, head)
    }
    assert.ok(disk.paths().length <= 3, 'the segments were not used again')
    await journal.append(1, head, Buffer.from('newest'), 1)
    disk.cutPower()
    packed.set(1, head)
    await using again = await open(disk, { known })
    assert.deepEqual(await again.extent(1), { from: head, head: head + 6 })
    assert.equal((await content(again, 1, head)).toString(), 'newest')
  })

  it('looks up the logs found, drops deleted ones, and cuts at the packed end and at the size of a sealed log', async () => {
    const disk = new SimulatedDisk(seededRandom(7))
    const { contents } = await fill(disk, 7, [
      { log: 1, length: 500 },
      { log: 2, length: 500 },
      { log: 3, length: 500 },
      { log: 4, length: 500 },
      { log: 1, length: 70 },
    ])
    const asked: LogId[] = []
    const known: FindKnownLogs = async logs => {
      asked.push(...logs)
      return new Map<LogId, KnownLog>([
        [1, { packedEnd: 123, open: true }],
        [3, { packedEnd: 500, open: false }],
        [4, { packedEnd: 0, open: false, sizeBytes: 450 }],
      ])
    }
    await using journal = await open(disk, { known })
    assert.deepEqual(asked.toSorted(), [1, 2, 3, 4])
    assert.deepEqual(await journal.extent(1), { from: 123, head: 570 })
    assert.deepEqual(await content(journal, 1, 123), contents.get(1)!.subarray(123))
    assert.equal(await journal.extent(2), undefined)
    assert.equal(await journal.extent(3), undefined)
    assert.deepEqual(await journal.due(new AbortController().signal), [
      { log: 4, from: 0, to: 450, everything: true },
    ])
    assert.deepEqual(await content(journal, 4, 0), contents.get(4)!.subarray(0, 450))
  })

  it('keeps an append of many records whole or not at all across a crash', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const disk = new SimulatedDisk(seededRandom(seed))
      const journal = await open(disk)
      await journal.open(1, 0)
      await journal.append(1, 0, Buffer.from('before'), 1)
      const large = randomBytes(seed, 150 * KIB)
      journal.append(1, 6, large, 1).catch(() => {})
      for (let turns = 2 + (seed % 6); turns > 0; turns--) await new Promise(resolve => setImmediate(resolve))
      disk.cutPower()
      await using again = await open(disk)
      const { head } = (await again.extent(1))!
      assert.ok(head === 6 || head === 6 + large.length, `${head} bytes came back`)
      assert.deepEqual(
        await content(again, 1, 0),
        Buffer.concat([Buffer.from('before'), large]).subarray(0, head),
      )
    }
  })

  it('makes what a killed process left durable before serving it', async () => {
    const disk = new SimulatedDisk(seededRandom(8))
    const journal = await open(disk)
    await journal.open(1, 0)
    await journal.append(1, 0, Buffer.from('synced '), 1)
    disk.faults.failedSync = 1
    disk.faults.capacityBytes = 1
    await assert.rejects(journal.append(1, 7, Buffer.from('in the cache only'), 1))
    disk.kill()
    disk.faults.failedSync = 0
    disk.faults.capacityBytes = Infinity
    const again = await open(disk)
    const seen = await content(again, 1, 0)
    disk.cutPower()
    await using third = await open(disk)
    assert.deepEqual(await content(third, 1, 0), seen)
  })

  it('continues in the same segment after a clean end, in another one after a crash', async () => {
    const disk = new SimulatedDisk(seededRandom(9))
    const known: FindKnownLogs = async () => new Map([[1, { packedEnd: 0, open: true }]])
    for (const [round, end] of (['clean', 'clean', 'crash', 'clean'] as const).entries()) {
      const journal = await open(disk, { known })
      if (round === 0) await journal.open(1, 0)
      const { head } = (await journal.extent(1))!
      await journal.append(1, head, Buffer.from('again '), 1)
      if (end === 'clean') await journal[Symbol.asyncDispose]()
      else disk.kill()
      assert.equal(disk.paths().length, round < 3 ? 1 : 2, `after round ${round}`)
    }
    await using journal = await open(disk, { known })
    assert.equal((await content(journal, 1, 0)).toString(), 'again again again again ')
  })

  it('does not open a journal of another format version', async () => {
    const disk = new SimulatedDisk(seededRandom(10))
    await fill(disk, 10, [{ log: 1, length: 10 }])
    const path = disk.paths()[0]!
    const image = Buffer.from(disk.content(path))
    image.writeUInt32LE(2, 12)
    image.writeUInt32LE(crc32(image.subarray(12, 48)), 8)
    disk.replace(path, image)
    await assert.rejects(open(disk), /format 2/)
  })

  it('rejects a read of bytes that have changed on disk', async () => {
    const disk = new SimulatedDisk(seededRandom(11))
    const journal = await open(disk, { recentBytes: 0 })
    await journal.open(1, 0)
    await journal.append(1, 0, Buffer.alloc(1000, 'x'), 1)
    disk.content(disk.paths()[0]!).fill(0, 8 * KIB + 540, 8 * KIB + 541)
    await assert.rejects(content(journal, 1, 0), { code: 'log-damaged' })
    await journal[Symbol.asyncDispose]()
  })
})
