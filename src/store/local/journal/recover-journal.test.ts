import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { KIB } from '../../../contract/quantities.ts'
import type { Journal, LogId } from '../../../core/ports/journal.ts'
import type { JournalDamage } from './journal-damage.ts'
import { openLocalJournal } from './local-journal.ts'
import { encodeRecord, RECORD_HEADER_BYTES, RECORD_MAX_PAYLOAD_BYTES, recordKey } from './record-format.ts'
import type { FindKnownLogs, KnownLog } from './recover-logs.ts'
import { decodeSegmentHeader, FIRST_RECORD_POSITION, SALT_BYTES } from './segment-header.ts'
import { SimulatedDisk, seededRandom } from './simulated-disk.ts'

const SETTINGS = { directory: '/journal', segmentBytes: 192 * KIB, segments: 8, spaceTimeoutMs: 20 }
const LOGS = [1, 2, 3, 4]

/** One record as the test knows it: what it holds, and where the undamaged file has it. */
interface Placed {
  readonly log: LogId
  readonly at: number
  readonly end: number
  readonly appendAt: number
  readonly path: string
  readonly from: number
  readonly to: number
}

interface Damage {
  readonly path: string
  readonly from: number
  readonly to: number
  readonly isCut: boolean
}

describe('recovery of the journal', () => {
  it('brings each log back up to its first damaged record, wherever a segment is cut or damaged, and tells', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(fc.record({ log: fc.constantFrom(...LOGS), length: appendLength() }), {
          minLength: 5,
          maxLength: 60,
        }),
        fc.record({
          file: fc.nat(),
          place: fc.double({ min: 0, max: 1, noNaN: true }),
          length: fc.integer({ min: 1, max: 300 }),
        }),
        fc.boolean(),
        fc.boolean(),
        async (seed, appends, where, isCut, endsCleanly) => {
          const disk = new SimulatedDisk(seededRandom(seed))
          const { contents, records } = await fill(disk, seed, appends, endsCleanly)
          const path = disk.paths()[where.file % disk.paths().length]!
          const image = disk.content(path)
          const used =
            Math.max(8 * KIB, ...records.filter(r => r.path === path).map(({ to }) => to)) +
            RECORD_HEADER_BYTES
          const from = Math.floor(where.place * used)
          const damage = {
            path,
            from,
            to: isCut ? image.length : Math.min(from + where.length, image.length),
            isCut,
          }
          const headerBytes = image.length < 32 ? 0 : 48 + 16 * image.readUInt32LE(28)
          disk.replace(path, damaged(image, damage))
          const damages: JournalDamage[] = []
          await using journal = await open(disk, { onDamage: one => damages.push(one) })
          await assertRecovered(journal, contents, records, damage, damages, endsCleanly, headerBytes)
          await assertUsable(journal, disk)
        },
      ),
      { numRuns: Number(process.env['TAILRACE_TEST_RUNS'] ?? 100) },
    )
  })

  it('tells of damage at the end of a segment that others follow, where no log shows a gap', async () => {
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

  it('survives the loss of either copy of a header without loss', async () => {
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

  it('takes log text that looks like a record for a record only if it had the secret salt of the segment', async () => {
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

  it('takes nothing of an earlier use of a segment for part of the present one', async () => {
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

  it('asks for the logs found, drops the deleted, cuts at the packed end and at the size of a sealed log', async () => {
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

  it('stores an append of many records whole or not at all across a crash', async () => {
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

  it('makes what a killed process left durable before it serves it', async () => {
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

  it('goes on in the same segment after a clean end, in another one after a crash', async () => {
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

  it('refuses a journal of another version of the format', async () => {
    const disk = new SimulatedDisk(seededRandom(10))
    await fill(disk, 10, [{ log: 1, length: 10 }])
    const path = disk.paths()[0]!
    const image = Buffer.from(disk.content(path))
    image.writeUInt32LE(2, 12)
    image.writeUInt32LE(crc32(image.subarray(12, 48)), 8)
    disk.replace(path, image)
    await assert.rejects(open(disk), /format 2/)
  })

  it('rejects a read of bytes that changed since', async () => {
    const disk = new SimulatedDisk(seededRandom(11))
    const journal = await open(disk)
    await journal.open(1, 0)
    await journal.append(1, 0, Buffer.alloc(1000, 'x'), 1)
    disk.content(disk.paths()[0]!).fill(0, 8 * KIB + 540, 8 * KIB + 541)
    await assert.rejects(content(journal, 1, 0), { code: 'log-damaged' })
    await journal[Symbol.asyncDispose]()
  })
})

function appendLength() {
  return fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 6000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 150_000 }) },
  )
}

function open(
  disk: SimulatedDisk,
  options: { known?: FindKnownLogs; onDamage?: (damage: JournalDamage) => void } = {},
) {
  const known: FindKnownLogs = async logs => new Map(logs.map(log => [log, { packedEnd: 0, open: true }]))
  return openLocalJournal({ ...SETTINGS, known, ...options, files: disk.layer() })
}

/** Appends, as far as they fit, ends the journal, and finds where each record stands. */
async function fill(
  disk: SimulatedDisk,
  seed: number,
  appends: readonly { log: LogId; length: number }[],
  endsCleanly = true,
) {
  const journal = await open(disk)
  const contents = new Map(LOGS.map(log => [log, Buffer.alloc(0)]))
  const parts: { log: LogId; at: number; appendAt: number; payload: Buffer }[] = []
  for (const log of LOGS) await journal.open(log, 0)
  const group: Promise<unknown>[] = []
  for (const [i, { log, length }] of appends.entries()) {
    const bytes = randomBytes(seed + i, length)
    const at = contents.get(log)!.length
    if (i % 3 === 0) await Promise.all(group.splice(0))
    // Recovery needs no more than that; a full journal has tests of its own.
    if ([...contents.values()].reduce((sum, one) => sum + one.length, length) > 700_000) break
    contents.set(log, Buffer.concat([contents.get(log)!, bytes]))
    group.push(journal.append(log, at, bytes, i))
    for (let done = 0; done < length; done += RECORD_MAX_PAYLOAD_BYTES)
      parts.push({
        log,
        at: at + done,
        appendAt: at,
        payload: bytes.subarray(done, done + RECORD_MAX_PAYLOAD_BYTES),
      })
  }
  await Promise.all(group)
  if (endsCleanly) await journal[Symbol.asyncDispose]()
  else disk.kill()
  return { contents, records: parts.map(part => place(disk, part)) }
}

function place(
  disk: SimulatedDisk,
  { log, at, appendAt, payload }: { log: LogId; at: number; appendAt: number; payload: Buffer },
): Placed {
  for (const path of disk.paths()) {
    const image = disk.content(path)
    for (let found = image.indexOf(payload); found >= 0; found = image.indexOf(payload, found + 1)) {
      const from = found - RECORD_HEADER_BYTES
      // Short payloads occur by chance: the header must be this record's too.
      if (from < 0 || image.readUInt32LE(from + 16) !== log || image.readUInt32LE(from + 24) !== at) continue
      return { log, at, end: at + payload.length, appendAt, path, from, to: found + payload.length }
    }
  }
  assert.fail(`the bytes of log ${log} at ${at} are nowhere`)
}

function damaged(image: Buffer, { from, to, isCut }: Damage): Buffer {
  const copy = Buffer.from(isCut ? image.subarray(0, from) : image)
  if (!isCut) for (let at = from; at < to; at++) copy[at] = copy[at]! ^ 0x5a
  return copy
}

async function assertRecovered(
  journal: Journal,
  contents: ReadonlyMap<LogId, Buffer>,
  records: readonly Placed[],
  damage: Damage,
  damages: readonly JournalDamage[],
  endedCleanly: boolean,
  headerBytes: number,
): Promise<void> {
  const headerIsLost = damage.isCut && damage.from < headerBytes
  const isHit = ({ path, from, to }: Placed) =>
    path === damage.path && (headerIsLost || (from < damage.to && damage.from < to))
  for (const log of LOGS) {
    const whole = contents.get(log)!
    const own = records.filter(record => record.log === log)
    const firstHit = own.find(isHit)
    const extent = await journal.extent(log)
    const head = extent?.head ?? 0
    if (extent !== undefined) assert.equal(extent.from, 0)
    assert.ok((await content(journal, log, 0)).equals(whole.subarray(0, head)), `log ${log} has other bytes`)
    if (firstHit === undefined) {
      assert.equal(head, whole.length, `log ${log} is not whole`)
      continue
    }
    // The parts of one append come and go together where nothing after it says that it was acknowledged.
    assert.ok(
      head === firstHit.at || head === firstHit.appendAt,
      `log ${log} ends at ${head}, not ${firstHit.at}`,
    )
    const survivors = own.filter(record => record.at > firstHit.at && !isHit(record))
    if (survivors.length === 0) continue
    const loss = damages.find(one => one.kind === 'lost-bytes' && one.log === log)
    assert.deepEqual(loss, {
      kind: 'lost-bytes',
      log,
      from: head,
      to: survivors.at(-1)!.end,
      certain: loss && 'certain' in loss && loss.certain,
    })
  }
  const hits = records.filter(isHit)
  const endMarkFrom = Math.max(...records.filter(({ path }) => path === damage.path).map(({ to }) => to))
  const endMarkIsHit = !damage.isCut && damage.to > endMarkFrom
  const nothingIsLeft = damage.isCut && damage.from === 0
  if (endedCleanly && hits.length > 0 && !endMarkIsHit && !nothingIsLeft)
    assert.ok(damages.length > 0, 'the damage was not told')
  const isUsed = records.some(({ path }) => path === damage.path)
  if (hits.length === 0 && isUsed && !damage.isCut) assert.deepEqual(damages, [])
}

/** After a recovery every log goes on where it ends, and comes back whole from then on. */
async function assertUsable(journal: Journal, disk: SimulatedDisk): Promise<void> {
  const heads = new Map<LogId, number>()
  for (const log of LOGS) {
    const { head } = await journal.open(log, 0)
    heads.set(log, await journal.append(log, head, Buffer.from(`log ${log} goes on`), 1))
  }
  const contents = new Map<LogId, Buffer>()
  for (const log of LOGS) contents.set(log, await content(journal, log, 0))
  disk.cutPower()
  await using again = await open(disk)
  for (const log of LOGS) {
    assert.equal((await again.extent(log))?.head, heads.get(log))
    assert.deepEqual(await content(again, log, 0), contents.get(log))
  }
}

async function content(journal: Journal, log: LogId, from: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const { bytes } of journal.read(log, from, Number.MAX_SAFE_INTEGER)) chunks.push(bytes)
  return Buffer.concat(chunks)
}

function randomBytes(seed: number, length: number): Buffer {
  const random = seededRandom(seed)
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, () => random() * 2 ** 32)
  return Buffer.from(words.buffer, 0, length)
}
