import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FoundRecord } from './record-format.ts'
import { type KnownLog, LogRecovery } from './recover-logs.ts'
import { Segment } from './segment.ts'
import type { JournalDamage } from './segment-files.ts'

const LOG = 3
const OPEN: KnownLog = { packedEnd: 0, open: true }

describe('rebuilding logs from records', () => {
  it('cuts a log where a later record begins below its end', async () => {
    const { live, damages } = await recover([
      segment(1, [0, 100], [100, 150]),
      segment(2, [80, 90], [90, 120]),
    ])
    assert.equal(live?.head, 120)
    assert.deepEqual(
      live?.window(0, 120, 1000, 100).map(({ at, end }) => [at, end]),
      [
        [0, 80],
        [80, 90],
        [90, 120],
      ],
    )
    assert.deepEqual(damages, [])
  })

  it('drops what follows a gap and reports the range of the lost bytes', async () => {
    const { live, damages } = await recover([segment(1, [0, 100], [130, 150], [150, 170])])
    assert.equal(live?.head, 100)
    assert.deepEqual(damages, [{ kind: 'lost-bytes', log: LOG, from: 100, to: 170, certain: true }])
  })

  it('does not report a gap after which the log was continued', async () => {
    const { live, damages } = await recover([segment(1, [0, 100], [130, 150]), segment(2, [100, 140])])
    assert.equal(live?.head, 140)
    assert.deepEqual(damages, [])
  })

  it('does not call a loss certain if a crash can be the cause', async () => {
    const torn = segment(1, [0, 100], [130, 150])
    torn.segment.certainEnd = torn.records[1]!.position
    const { damages } = await recover([torn])
    assert.deepEqual(damages, [{ kind: 'lost-bytes', log: LOG, from: 100, to: 150, certain: false }])
  })

  it('keeps the rest of a record that straddles the packed end, and reports no gap below it', async () => {
    const { live, damages } = await recover([segment(1, [0, 50], [70, 100], [100, 110])], {
      ...OPEN,
      packedEnd: 90,
    })
    assert.deepEqual([live?.from, live?.head], [90, 110])
    assert.deepEqual(damages, [])
  })

  it('cuts off what followed a record even when that record is packed by now', async () => {
    const dropped = segment(1, [0, 50], [70, 90])
    const { live, damages } = await recover([dropped, segment(2, [50, 80])], { ...OPEN, packedEnd: 80 })
    assert.equal(live, undefined)
    assert.deepEqual(damages, [])
  })

  it('reports the missing end of a sealed log', async () => {
    const known = { packedEnd: 10, open: false, sizeBytes: 80 }
    const { live, damages } = await recover([segment(1, [0, 50])], known)
    assert.deepEqual([live?.from, live?.head, live?.closed], [10, 50, true])
    assert.deepEqual(damages, [{ kind: 'lost-bytes', log: LOG, from: 50, to: 80, certain: true }])
  })

  it('keeps an append of several records whose last record is there, certain or not', async () => {
    for (const certain of [0, 1, 5]) {
      const whole = segment(1, [0, 50], [50, 70, 'more'], [70, 90, 'more'], [90, 95], [95, 99])
      whole.segment.certainEnd = whole.records[certain]?.position ?? whole.segment.end
      const { live, damages } = await recover([whole])
      assert.equal(live?.head, 99)
      assert.deepEqual(damages, [])
    }
  })

  it('drops all of an append that a crash cut off, wherever it was cut', async () => {
    for (const parts of [1, 2] as const) {
      const ranges = [
        [0, 50],
        [50, 70, 'more'],
        [70, 90, 'more'],
      ] as const
      const torn = segment(1, ...ranges.slice(0, 1 + parts))
      torn.segment.certainEnd = torn.records[1]!.position
      const { live, damages } = await recover([torn])
      assert.equal(live?.head, 50)
      assert.deepEqual(damages, [])
    }
  })

  it('drops all of an append that a crash cut off, even if a later record was written', async () => {
    const torn = segment(1, [0, 50], [50, 70, 'more'], 'hole', [70, 80])
    torn.segment.certainEnd = torn.records[1]!.position
    const { live, damages } = await recover([torn])
    assert.equal(live?.head, 50)
    assert.deepEqual(damages, [{ kind: 'lost-bytes', log: LOG, from: 50, to: 80, certain: false }])
  })

  it('keeps the first part of an acknowledged append whose rest is damaged, and reports the rest', async () => {
    const { live, damages } = await recover([segment(1, [0, 50], [50, 70, 'more'], 'hole', [90, 120])])
    assert.equal(live?.head, 70)
    assert.deepEqual(damages, [{ kind: 'lost-bytes', log: LOG, from: 70, to: 120, certain: true }])
  })
})

async function recover(scanned: readonly ReturnType<typeof segment>[], known = OPEN) {
  const damages: JournalDamage[] = []
  const recovery = new LogRecovery(
    async () => new Map([[LOG, known]]),
    damage => damages.push(damage),
  )
  for (const { segment, records } of scanned) await recovery.add(segment, { records, logs: new Set([LOG]) })
  const logs = recovery.end()
  return { live: logs.get(LOG), damages }
}

/** A range of the log; `more`: its append continues in the next record. */
type Range = readonly [from: number, to: number, more?: 'more']

/**
 * A segment with records of these ranges of the log, all of them acknowledged. A hole is a place
 * where no record can be read.
 */
function segment(sequence: number, ...ranges: readonly (Range | 'hole')[]) {
  const file = { path: '', file: undefined as never, sizeBytes: 100_000, pins: 0 }
  const header = { sequence, segmentBytes: 100_000, salt: new Uint8Array(16), earlier: [] }
  let end = 8192
  const records = ranges.flatMap((range): FoundRecord[] => {
    const position = end
    if (range === 'hole') {
      end += 100
      return []
    }
    const [from, to, more] = range
    end += 40 + to - from
    const place = { log: LOG, at: from, arrivedAtMs: 1, moreFollows: more === 'more', batchStart: position }
    return [{ ...place, position, end, payloadBytes: to - from }]
  })
  return { segment: new Segment(file, header, end), records }
}
