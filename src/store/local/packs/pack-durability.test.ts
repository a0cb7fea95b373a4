import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type Call,
  createSimulatedDirectory,
  type SimulatedDirectory,
} from '../../../../test/props/simulated-directory.ts'
import type { Frame, FrameDraft, PackId, PackStore } from '../../../core/ports/pack-store.ts'
import { openLocalPackStore } from './local-pack-store.ts'

describe('durability of packs', () => {
  it('hands out no row before its bytes and the name of its file are durable', async () => {
    const directory = createSimulatedDirectory()
    const rows = new RowTable()
    await using packs = await openStore(directory, rows)
    for (let batch = 0; batch < 12; batch++) {
      const written = await packs.write([
        draft(batch * 2 + 1, 200, batch % 3),
        draft(batch * 2 + 2, 900, batch % 2),
      ])
      for (const row of written) assert.ok(isDurable(directory, row), `batch ${batch}`)
    }
    const datasyncs = directory.calls.filter(call => call.name === 'datasync').length
    const writes = directory.calls.filter(call => call.name === 'write').length
    assert.equal(datasyncs, writes)
  })

  it('appends the frames of one pack with one write and one datasync', async () => {
    const directory = createSimulatedDirectory()
    await using packs = await openStore(directory, new RowTable(), 1_000_000)
    await packs.write([draft(1, 10)])
    const before = directory.calls.length
    await packs.write(Array.from({ length: 40 }, (_, i) => draft(i + 1, 50)))
    assert.deepEqual(
      directory.calls.slice(before).map(call => call.name),
      ['write', 'datasync'],
    )
  })

  it('keeps every acknowledged frame and continues, wherever power is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(draftShape, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        fc.infiniteStream(fc.nat()),
        async (batches, cutAt, random) => {
          const choose = (below: number) => random.next().value! % below
          const rows = new RowTable()
          let directory = createSimulatedDirectory()
          for (const crash of [1, 2]) {
            directory.fault = ({ nth }) => (nth >= cutAt * crash ? 'EIO' : undefined)
            await writeAll(directory, rows, batches)
            directory = directory.afterCrash(choose)
          }
          await using packs = await openStore(directory, rows)
          await rows.check(packs)
          rows.add(await packs.write(batches.flat().map(toDraft)))
          await rows.check(packs)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('after a crash cuts off what follows the last row of a pack, and continues there', async () => {
    const { directory, rows } = await crashedWithTail()
    const [kept] = rows.rows
    await using packs = await openStore(directory, rows)
    const [next] = await packs.write([draft(3, 30)])
    assert.deepEqual([next!.pack, next!.position], [kept!.pack, kept!.storedBytes])
    rows.add([next!])
    await rows.check(packs)
    assert.deepEqual(await collect(packs.frames(kept!.pack)), [kept, next])
  })

  it('removes packs without rows at the start, unless no newest pack has any', async () => {
    const directory = createSimulatedDirectory()
    const rows = new RowTable()
    {
      await using packs = await openStore(directory, rows)
      rows.add(await packs.write([draft(1, 20, 1)]))
      await packs.write([draft(2, 20, 2)])
    }
    const without = new RowTable()
    await using blank = await openStore(directory, without)
    assert.equal((await collect(blank.packs())).length, 2)
    const [fresh] = await blank.write([draft(3, 20, 1)])
    assert.ok(!rows.rows.some(row => row.pack === fresh!.pack))
    await blank[Symbol.asyncDispose]()
    await using packs = await openStore(directory, rows)
    assert.deepEqual(
      (await collect(packs.packs())).map(({ pack }) => pack),
      [rows.rows[0]!.pack],
    )
    await rows.check(packs)
  })

  it('leaves a pack alone that is shorter than its rows say', async () => {
    const { directory, rows } = await crashedWithTail()
    const [row] = rows.rows
    directory.replace(`${row!.pack}.zst`, directory.durable(`${row!.pack}.zst`)!.subarray(0, 10))
    await using packs = await openStore(directory, rows)
    const [next] = await packs.write([draft(3, 30)])
    assert.notEqual(next!.pack, row!.pack)
    await assert.rejects(packs.read(row!), { code: 'log-damaged' })
    await packs.read(next!)
  })

  it('does not open while the directory or the catalog fails', async () => {
    const { directory, rows } = await crashedWithTail()
    directory.fault = failing('list', 'EIO')
    await assert.rejects(openStore(directory, rows), { code: 'store-unavailable' })
    directory.fault = failing('truncate', 'EIO')
    await assert.rejects(openStore(directory, rows), { code: 'store-unavailable' })
    directory.fault = () => undefined
    const packEnd = () => Promise.reject(new Error('database is locked'))
    await assert.rejects(openLocalPackStore({ directory, packEnd }), { code: 'store-unavailable' })
    assert.equal(directory.handles, 0)
  })
})

describe('faults of the medium', () => {
  for (const [call, code] of [
    ['create', 'EMFILE'],
    ['write', 'ENOSPC'],
    ['datasync', 'EIO'],
    ['sync', 'EIO'],
  ] as const)
    it(`a ${call} that fails with ${code} stores no frame, and the next write continues in a new pack`, async () => {
      const directory = createSimulatedDirectory()
      const rows = new RowTable()
      await using packs = await openStore(directory, rows)
      rows.add(await packs.write([draft(1, 100)]))
      directory.fault = failing(call, code)
      // Day 1 needs a new pack, so that every kind of call is made.
      await assert.rejects(packs.write([draft(2, 100), draft(3, 100, 1)]), {
        code: 'store-unavailable',
        message: new RegExp(code),
      })
      await rows.check(packs)
      directory.fault = () => undefined
      rows.add(await packs.write([draft(4, 100), draft(5, 100, 1)]))
      await rows.check(packs)
      assert.notEqual(rows.rows[1]!.pack, rows.rows[0]!.pack)
      assert.deepEqual(await collect(packs.frames(rows.rows[0]!.pack)), [rows.rows[0]])
      for (const row of rows.rows) assert.ok(isDurable(directory, row))
    })

  it('a write succeeds after a failed one, when both were in progress', async () => {
    const directory = createSimulatedDirectory()
    const rows = new RowTable()
    await using packs = await openStore(directory, rows)
    let failures = 1
    directory.fault = call => (call.name === 'datasync' && failures-- > 0 ? 'EIO' : undefined)
    const results = await Promise.allSettled([1, 2, 3].map(log => packs.write([draft(log, 50)])))
    assert.deepEqual(results.map(result => result.status).sort(), ['fulfilled', 'fulfilled', 'rejected'])
    for (const result of results) if (result.status === 'fulfilled') rows.add(result.value)
    await rows.check(packs)
  })

  for (const [call, code] of [
    ['openToRead', 'EMFILE'],
    ['read', 'EIO'],
  ] as const)
    it(`a ${call} that fails with ${code} may succeed later: store-unavailable, not log-damaged`, async () => {
      const directory = createSimulatedDirectory()
      await using packs = await openStore(directory, new RowTable())
      const [row] = await packs.write([draft(1, 100)])
      directory.fault = failing(call, code)
      for (const attempt of [
        packs.read(row!),
        packs.readStored(row!),
        packs.readIndex(row!),
        collect(packs.frames(row!.pack)),
      ])
        await assert.rejects(attempt, {
          code: call === 'openToRead' ? 'store-unavailable' : 'store-unavailable',
        })
      directory.fault = () => undefined
      await packs.read(row!)
    })

  it('a pack that cannot be removed is reported, and can be dropped later', async () => {
    const directory = createSimulatedDirectory()
    await using packs = await openStore(directory, new RowTable())
    const [row] = await packs.write([draft(1, 100)])
    directory.fault = failing('remove', 'EIO')
    await assert.rejects(packs.drop(row!.pack), { code: 'store-unavailable' })
    directory.fault = () => undefined
    await packs.read(row!)
    await packs.drop(row!.pack)
    assert.equal(directory.durable(`${row!.pack}.zst`), undefined)
  })

  it('keeps few files open however many packs and days there are, and none once closed', async () => {
    const directory = createSimulatedDirectory()
    const rows = new RowTable()
    const packs = await openStore(directory, rows)
    for (let day = 0; day < 60; day++) rows.add(await packs.write([draft(day + 1, 2000, day)]))
    await Promise.all([rows.check(packs), rows.check(packs)])
    assert.ok(directory.handles <= 16 + 4, `${directory.handles} files are open`)
    for (let day = 0; day < 60; day++) rows.add(await packs.write([draft(day + 100, 10, day)]))
    await rows.check(packs)
    const reads = rows.rows.map(row => packs.read(row))
    await packs[Symbol.asyncDispose]()
    await Promise.allSettled(reads)
    assert.equal(directory.handles, 0)
  })
})

/** The frame table as a crash leaves it: it knows the rows that were handed out. */
class RowTable {
  readonly rows: Frame[] = []

  add(rows: readonly Frame[]): void {
    this.rows.push(...rows)
  }

  readonly packEnd = async (pack: PackId) =>
    Math.max(0, ...this.rows.filter(row => row.pack === pack).map(row => row.position + row.storedBytes))

  async check(packs: PackStore): Promise<void> {
    for (const row of this.rows)
      assert.deepEqual(
        Buffer.from(await packs.read(row)),
        textOf(row.log, row.end - row.at),
        JSON.stringify(row),
      )
  }
}

const draftShape = fc.record({
  log: fc.integer({ min: 1, max: 99 }),
  bytes: fc.integer({ min: 1, max: 700 }),
  day: fc.integer({ min: 0, max: 2 }),
})
const toDraft = ({ log, bytes, day }: { log: number; bytes: number; day: number }) => draft(log, bytes, day)

function openStore(directory: SimulatedDirectory, rows: RowTable, packBytes = 1500): Promise<PackStore> {
  return openLocalPackStore({ directory, packEnd: rows.packEnd, packBytes, maxOpenFiles: 4 })
}

/**
 * Writes batch after batch until the directory fails for good; rows are noted only for writes that
 * succeeded.
 */
async function writeAll(
  directory: SimulatedDirectory,
  rows: RowTable,
  batches: readonly (readonly { log: number; bytes: number; day: number }[])[],
): Promise<void> {
  const opened = await openStore(directory, rows).catch(() => undefined)
  if (opened === undefined) return
  await using packs = opened
  for (const batch of batches)
    await packs.write(batch.map(toDraft)).then(
      written => rows.add(written),
      () => {},
    )
}

/** A pack with one row, followed by a frame without a row. */
async function crashedWithTail(): Promise<{ directory: SimulatedDirectory; rows: RowTable }> {
  const directory = createSimulatedDirectory()
  const rows = new RowTable()
  await using packs = await openStore(directory, rows)
  rows.add(await packs.write([draft(1, 40)]))
  await packs.write([draft(2, 40)])
  return { directory, rows }
}

/** Text that hardly compresses and differs from log to log. */
function textOf(log: number, bytes: number): Buffer {
  const text = Buffer.alloc(bytes)
  let state = log * 2_654_435_761
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text[i] = i % 50 === 49 ? 10 : 32 + ((state >>> 16) % 90)
  }
  return text
}

function draft(log: number, bytes: number, day = 0): FrameDraft {
  return { log, at: 0, firstLine: 0, bytes: textOf(log, bytes), arrivals: [{ at: 0, arrivedAtMs: 1 }], day }
}

function isDurable(directory: SimulatedDirectory, row: Frame): boolean {
  return (directory.durable(`${row.pack}.zst`)?.length ?? 0) >= row.position + row.storedBytes
}

function failing(name: Call['name'], code: string) {
  return (call: Call) => (call.name === name ? code : undefined)
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
