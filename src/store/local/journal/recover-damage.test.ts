import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  content,
  type Damage,
  damaged,
  fill,
  LOGS,
  open,
  type Placed,
} from '../../../../test/props/journal-on-disk.ts'
import { SimulatedDisk, seededRandom } from '../../../../test/props/simulated-disk.ts'
import { KIB, type LogId } from '../../../contract/quantities.ts'
import type { Journal } from '../../../core/ports/journal.ts'
import { RECORD_HEADER_BYTES } from './record-format.ts'
import type { JournalDamage } from './segment-files.ts'

describe('recovery of a damaged journal', () => {
  it('restores each log up to its first damaged record, wherever a segment is cut or damaged, and reports the loss', async () => {
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
      { numRuns: Number(process.env.TAILRACE_TEST_RUNS ?? 100) },
    )
  })
})

function appendLength() {
  return fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 6000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 150_000 }) },
  )
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
    // The parts of one append come and go together where nothing after it says that it was
    // acknowledged.
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

/** After a recovery every log continues where it ends, and is read back whole from then on. */
async function assertUsable(journal: Journal, disk: SimulatedDisk): Promise<void> {
  const heads = new Map<LogId, number>()
  for (const log of LOGS) {
    const { head } = await journal.open(log, 0)
    heads.set(log, await journal.append(log, head, Buffer.from(`log ${log} continues`), 1))
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
