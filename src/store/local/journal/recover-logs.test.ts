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

/** A segment with records of these ranges of the log, all of them acknowledged. */
function segment(sequence: number, ...ranges: readonly (readonly [number, number])[]) {
  const file = { path: '', file: undefined as never, sizeBytes: 100_000, pins: 0 }
  const header = { sequence, segmentBytes: 100_000, salt: new Uint8Array(16), earlier: [] }
  let end = 8192
  const records = ranges.map(([from, to]): FoundRecord => {
    const position = end
    end += 40 + to - from
    const place = { log: LOG, at: from, arrivedAtMs: 1, moreFollows: false, batchStart: position }
    return { ...place, position, end, payloadBytes: to - from }
  })
  return { segment: new Segment(file, header, end), records }
}
