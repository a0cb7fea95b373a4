import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SimulatedDisk, seededRandom } from '../../../../test/props/simulated-disk.ts'
import { isTailraceError } from '../../../contract/errors.ts'
import { KIB } from '../../../contract/quantities.ts'
import type { Journal } from '../../../core/ports/journal.ts'
import { openLocalJournal } from './local-journal.ts'

const SETTINGS = { directory: '/journal', segmentBytes: 64 * KIB, segments: 4, spaceTimeoutMs: 20 }

describe('group commit', () => {
  it('acknowledges no append before a sync that covers its bytes has returned', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(
          fc.record({ log: fc.integer({ min: 1, max: 5 }), length: fc.integer({ min: 1, max: 3000 }) }),
          {
            minLength: 1,
            maxLength: 60,
          },
        ),
        async (seed, appends) => {
          const random = seededRandom(seed)
          const disk = new SimulatedDisk(random)
          const journal = await open(disk)
          const heads = new Map<number, number>()
          const acknowledged = appends.map(async ({ log, length }, i) => {
            const at = heads.get(log) ?? 0
            heads.set(log, at + length)
            if (i % 7 === 0) await new Promise(resolve => setImmediate(resolve))
            if (at === 0) await journal.open(log, 0)
            const payload = Buffer.from(`${i}:`.padEnd(length, String.fromCharCode(97 + (i % 26)))).subarray(
              0,
              length,
            )
            await journal.append(log, at, payload, i).then(
              () => assert.ok(disk.holdsDurably(payload), `append ${i} was acknowledged too early`),
              // An append that overtook its predecessor conflicts, or comes before the log is
              // opened.
              (error: unknown) =>
                assert.ok(
                  isTailraceError(error, 'offset-conflict') || isTailraceError(error, 'log-not-live'),
                ),
            )
          })
          await Promise.all(acknowledged)
          disk.kill()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('stores everything that is queued with one write and one sync', async () => {
    const disk = new SimulatedDisk(() => 0)
    const journal = await open(disk)
    for (let log = 1; log <= 50; log++) await journal.open(log, 0)
    const before = disk.events.length
    await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append(i + 1, 0, new Uint8Array(500), 1)))
    assert.deepEqual(
      disk.events.slice(before).map(({ kind }) => kind),
      // The header of the first segment, then the batch.
      ['write', 'sync', 'write', 'sync'],
    )
    disk.kill()
  })

  for (const fault of ['failedWrite', 'failedSync'] as const) {
    it(`rejects what a ${fault} and what builds on it, and continues elsewhere`, async () => {
      const disk = new SimulatedDisk(seededRandom(1))
      const journal = await open(disk)
      await journal.open(1, 0)
      await journal.open(2, 0)
      await journal.append(1, 0, Buffer.from('kept'), 1)
      const failedPath = disk.events.at(-1)!.path
      disk.faults[fault] = 1
      const failed = [
        journal.append(1, 4, Buffer.from('lost'), 1),
        journal.append(1, 8, Buffer.from('lost too'), 1),
      ]
      for (const { reason } of (await Promise.allSettled(failed)) as PromiseRejectedResult[])
        assert.ok(isTailraceError(reason, 'store-unavailable'))
      assert.deepEqual(await journal.extent(1), { from: 0, head: 4 })
      disk.faults[fault] = 0
      const before = disk.events.length
      assert.equal(await journal.append(1, 4, Buffer.from('again'), 1), 9)
      assert.equal(await journal.append(2, 0, Buffer.from('other'), 1), 5)
      assert.ok(disk.events.slice(before).every(({ path }) => path !== failedPath))
      assert.equal(await content(journal, 1), 'keptagain')
      disk.cutPower()
      await using again = await open(disk)
      assert.equal(await content(again, 1), 'keptagain')
      assert.equal(await content(again, 2), 'other')
    })
  }

  it('forgets rejected bytes for good, even when nothing is stored after them', async () => {
    const disk = new SimulatedDisk(seededRandom(5))
    const journal = await open(disk)
    await journal.open(1, 0)
    await journal.append(1, 0, Buffer.from('kept'), 1)
    disk.faults.syncsToFail = 1
    await assert.rejects(journal.append(1, 4, Buffer.from(' rejected'), 1))
    disk.kill()
    await using again = await open(disk)
    assert.equal(await content(again, 1), 'kept')
  })

  it('forgets rejected bytes for good once anything else is stored, even while the failed segment is still in use', async () => {
    const disk = new SimulatedDisk(seededRandom(2))
    const journal = await open(disk)
    for (const log of [1, 2, 3]) await journal.open(log, 0)
    await journal.append(1, 0, Buffer.from('pins the segment'), 1)
    await journal.append(2, 0, Buffer.from('first'), 1)
    disk.faults.failedSync = 1
    await assert.rejects(journal.append(2, 5, Buffer.from(' rejected, and longer'), 1))
    disk.faults.failedSync = 0
    await journal.append(3, 0, Buffer.from('later'), 1)
    disk.kill()
    await using again = await open(disk)
    assert.equal(await content(again, 2), 'first')
  })

  it('rejects appends while no segment can be created, and stores again when there is space', async () => {
    const disk = new SimulatedDisk(seededRandom(3))
    const journal = await open(disk)
    await journal.open(1, 0)
    disk.faults.capacityBytes = 64 * KIB
    let head = await journal.append(1, 0, new Uint8Array(40 * KIB), 1)
    const refused = await journal
      .append(1, head, new Uint8Array(40 * KIB), 1)
      .catch((error: unknown) => error)
    assert.ok(isTailraceError(refused, 'store-unavailable'))
    assert.equal((refused.cause as NodeJS.ErrnoException).code, 'ENOSPC')
    assert.equal(await journal.append(1, head, Buffer.from('fits'), 1), head + 4)
    disk.faults.capacityBytes = Infinity
    head = await journal.append(1, head + 4, new Uint8Array(40 * KIB), 1)
    assert.equal((await journal.extent(1))?.head, head)
    await journal[Symbol.asyncDispose]()
  })

  it('does not open if no segment can be created', async () => {
    const disk = new SimulatedDisk(seededRandom(4))
    disk.faults.capacityBytes = 1
    await assert.rejects(open(disk), error => isTailraceError(error, 'store-unavailable'))
  })
})

function open(disk: SimulatedDisk): Promise<Journal> {
  const known = async (logs: readonly number[]) =>
    new Map(logs.map(log => [log, { packedEnd: 0, open: true }]))
  return openLocalJournal({ ...SETTINGS, known, files: disk.layer() })
}

async function content(journal: Journal, log: number): Promise<string> {
  let text = ''
  for await (const { bytes } of journal.read(log, 0, 1e9)) text += Buffer.from(bytes).toString()
  return text
}
