import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { FRAME_MAX_BYTES } from '../../contract/limits.ts'
import type { Frame, FrameDraft, PackId, PackStore } from '../../core/ports/pack-store.ts'

/** A fresh, empty store under test. */
export interface PackStoreUnderTest extends AsyncDisposable {
  readonly packs: PackStore
  /** Changes stored bytes without the store's knowledge. */
  overwrite(pack: PackId, position: number, bytes: Uint8Array): Promise<void>
  /** Cuts a pack without the store's knowledge. */
  cut(pack: PackId, bytes: number): Promise<void>
}

/** A pack of the store under test is full with this many bytes. */
export const SUITE_PACK_BYTES = 4096

/**
 * The promises of the port `PackStore`, which every implementation and wrapper keeps. `open` makes
 * a fresh store with packs of SUITE_PACK_BYTES.
 */
export function describePackStore(name: string, open: () => Promise<PackStoreUnderTest>): void {
  describe(`pack store: ${name}`, () => {
    describeFrames(open)
    describePacks(open)
    describeDamage(open)
  })
}

type Open = () => Promise<PackStoreUnderTest>

function describeFrames(open: Open): void {
  it('gives back the bytes, the place and the lines of every frame, in the order of the drafts', async () => {
    await using under = await open()
    const drafts = [
      draft(7, 'a\nb\n'),
      draft(9, 'no newline', { at: 120, firstLine: 3 }),
      draft(7, 'c\n', { at: 4, firstLine: 2 }),
    ]
    const rows = await under.packs.write(drafts)
    assert.deepEqual(
      rows.map(({ log, at, end, firstLine, lines }) => [log, at, end, firstLine, lines]),
      [
        [7, 0, 4, 0, 2],
        [9, 120, 130, 3, 0],
        [7, 4, 6, 2, 1],
      ],
    )
    for (const [i, row] of rows.entries()) assert.deepEqual(await bytesOf(under.packs, row), drafts[i]!.bytes)
  })

  it('keeps any bytes exactly, from one to the most that a frame holds', async () => {
    await using under = await open()
    const giant = Buffer.alloc(FRAME_MAX_BYTES, 'x')
    const noise = pseudoRandom(300_000)
    const drafts = [Buffer.from([0]), Buffer.from('\r\n\u001b[31m\ud83d\ude00\n'), noise, giant].map(
      (bytes, i) => draft(i + 1, bytes),
    )
    const rows = await under.packs.write(drafts)
    for (const [i, row] of rows.entries()) assert.deepEqual(await bytesOf(under.packs, row), drafts[i]!.bytes)
  })

  it('stores nothing of a write that has an empty or too long draft, or arrivals out of order', async () => {
    await using under = await open()
    const good = draft(1, 'good\n')
    const bad = [
      draft(2, ''),
      draft(2, Buffer.alloc(FRAME_MAX_BYTES + 1)),
      { ...draft(2, 'x\n'), arrivals: [] },
      { ...draft(2, 'x\n'), arrivals: [{ at: 1, arrivedAtMs: 1 }] },
      {
        ...draft(2, 'x\n'),
        arrivals: [
          { at: 0, arrivedAtMs: 1 },
          { at: 2, arrivedAtMs: 1 },
        ],
      },
      { ...draft(2, 'x\n'), day: -1 },
    ]
    for (const one of bad) await assert.rejects(under.packs.write([good, one]), RangeError)
    assert.deepEqual(await listPacks(under.packs), [])
    assert.deepEqual(await under.packs.write([]), [])
  })

  it('reads lines, arrivals and DEBUG from the frame itself', async () => {
    await using under = await open()
    const text = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join('')
    const arrivals = [
      { at: 1000, arrivedAtMs: 1_700_000_000_000 },
      { at: 1010, arrivedAtMs: 1_699_999_999_000 },
      { at: 1700, arrivedAtMs: 1_700_000_000_500 },
    ]
    const debug = '[2026/11/21 09:00:00.123 GMT+08:00] [DEBUG] details\n'
    const [row, other] = await under.packs.write([
      { ...draft(1, text, { at: 1000, firstLine: 50 }), arrivals },
      draft(2, debug),
    ])
    const lineAt = (line: number) =>
      1000 + Buffer.byteLength(text.split('\n').slice(0, line).join('\n')) + (line === 0 ? 0 : 1)
    const index = await under.packs.readIndex(row!)
    assert.deepEqual(index, { lineMarks: [0, 64, 128, 192].map(lineAt), arrivals, hasDebug: false })
    assert.equal((await under.packs.readIndex(other!)).hasDebug, true)
  })

  it('answers the stored form, which any zstd decoder restores', async () => {
    await using under = await open()
    const rows = await under.packs.write([draft(1, 'one\n'), draft(1, 'two\n', { at: 4, firstLine: 1 })])
    const stored = await Promise.all(rows.map(row => under.packs.readStored(row)))
    assert.deepEqual(
      stored.map(bytes => bytes.byteLength),
      rows.map(row => row.storedBytes),
    )
    assert.equal(zstdDecompressSync(Buffer.concat(stored)).toString(), 'one\ntwo\n')
  })

  it('answers many reads of one frame at once', async () => {
    await using under = await open()
    const [row] = await under.packs.write([draft(1, 'shared\n')])
    const all = await Promise.all(Array.from({ length: 50 }, () => bytesOf(under.packs, row!)))
    for (const bytes of all) assert.equal(bytes.toString(), 'shared\n')
  })
}

function describePacks(open: Open): void {
  it('writes nothing more to a pack that is set apart', async () => {
    await using under = await open()
    const [first] = await under.packs.write([draft(1, 'one\n', { day: 10 })])
    const [other, second] = await under.packs.write(
      [draft(4, 'x\n', { day: 11 }), draft(2, 'two\n', { day: 10 })],
      first!.pack,
    )
    const [third] = await under.packs.write([draft(3, 'three\n', { day: 10 })])
    assert.notEqual(second!.pack, first!.pack)
    assert.notEqual(other!.pack, first!.pack)
    assert.equal(third!.pack, second!.pack)
    assert.equal((await bytesOf(under.packs, first!)).toString(), 'one\n')
    await under.packs.write([], third!.pack)
    const [fourth] = await under.packs.write([draft(5, 'four\n', { day: 10 })])
    assert.ok(![first!.pack, third!.pack].includes(fourth!.pack))
  })

  it('keeps days apart and begins a new pack when one is full', async () => {
    await using under = await open()
    const noise = (log: number, day: number) => draft(log, pseudoRandom(1500), { day })
    const rows = [
      ...(await under.packs.write([noise(1, 10), noise(2, 11), noise(3, 10)])),
      ...(await under.packs.write([noise(4, 10), noise(5, 10), noise(6, 11)])),
    ]
    const listed = await listPacks(under.packs)
    assert.deepEqual(listed.map(({ day }) => day).sort(), [10, 10, 11])
    for (const { pack, day, storedBytes } of listed) {
      assert.match(pack, /^[0-9A-Za-z.-]+$/)
      const here = rows.filter(row => row.pack === pack)
      assert.equal(
        storedBytes,
        here.reduce((sum, row) => sum + row.storedBytes, 0),
      )
      assert.ok(storedBytes - here.at(-1)!.storedBytes < SUITE_PACK_BYTES)
      assert.deepEqual(new Set(here.map(row => (row.log === 2 || row.log === 6 ? 11 : 10))), new Set([day]))
    }
    for (const row of rows) assert.deepEqual(await bytesOf(under.packs, row), Buffer.from(pseudoRandom(1500)))
  })

  it('reads the rows of a pack from the pack alone', async () => {
    await using under = await open()
    const long = draft(3, 'many\n'.repeat(20_000))
    const arrivals = Array.from({ length: 20_000 }, (_, i) => ({
      at: i * 5,
      arrivedAtMs: (i * 7919) % 100_003,
    }))
    const rows = await under.packs.write([draft(1, 'a\n'), { ...long, arrivals }, draft(2, 'b')])
    assert.deepEqual(await collect(under.packs.frames(rows[0]!.pack)), rows)
  })

  it('gives concurrent writes places of their own', async () => {
    await using under = await open()
    const writes = Array.from({ length: 12 }, (_, i) =>
      under.packs.write([draft(i + 1, `log ${i}\n`), draft(i + 1, 'more\n', { at: 10 })]),
    )
    const rows = (await Promise.all(writes)).flat()
    assert.equal(new Set(rows.map(row => `${row.pack} ${row.position}`)).size, 24)
    for (const row of rows)
      assert.equal(
        (await bytesOf(under.packs, row)).toString(),
        row.at === 10 ? 'more\n' : `log ${row.log - 1}\n`,
      )
  })

  it('drops a pack for good, and other packs and later writes keep working', async () => {
    await using under = await open()
    const [old, other] = await under.packs.write([
      draft(1, 'old\n', { day: 1 }),
      draft(2, 'other\n', { day: 2 }),
    ])
    await bytesOf(under.packs, old!)
    await under.packs.drop(old!.pack)
    await under.packs.drop(old!.pack)
    await under.packs.drop('999999-99999999')
    await refusesAll(under.packs, old!, 'log-damaged')
    await assert.rejects(collect(under.packs.frames(old!.pack)), { code: 'log-damaged' })
    const [next] = await under.packs.write([draft(3, 'next\n', { day: 1 })])
    assert.notEqual(next!.pack, old!.pack)
    assert.equal((await bytesOf(under.packs, other!)).toString(), 'other\n')
    assert.equal((await bytesOf(under.packs, next!)).toString(), 'next\n')
  })

  it('rejects everything once it is closed', async () => {
    await using under = await open()
    const [row] = await under.packs.write([draft(1, 'x\n')])
    await bytesOf(under.packs, row!)
    await under.packs[Symbol.asyncDispose]()
    await under.packs[Symbol.asyncDispose]()
    await refusesAll(under.packs, row!, 'store-unavailable')
    await assert.rejects(under.packs.write([draft(1, 'x\n')]), { code: 'store-unavailable' })
    await assert.rejects(under.packs.drop(row!.pack), { code: 'store-unavailable' })
    await assert.rejects(collect(under.packs.packs()), { code: 'store-unavailable' })
  })
}

function describeDamage(open: Open): void {
  it('rejects a frame if any of its stored bytes changed', async () => {
    await using under = await open()
    const [before, row, after] = await under.packs.write([
      draft(1, 'before\n'),
      draft(2, 'text that matters\n'),
      draft(3, 'after\n'),
    ])
    const { pack, position, storedBytes } = row!
    const stored = Buffer.from(await under.packs.readStored(row!))
    for (let i = 0; i < storedBytes; i++) {
      await under.overwrite(pack, position + i, Buffer.from([stored[i]! ^ 0x10]))
      await assert.rejects(under.packs.read(row!), { code: 'log-damaged' }, `byte ${i}`)
      await assert.rejects(under.packs.readStored(row!), { code: 'log-damaged' }, `byte ${i}`)
      await under.overwrite(pack, position + i, stored.subarray(i, i + 1))
    }
    assert.equal((await bytesOf(under.packs, row!)).toString(), 'text that matters\n')
    for (const intact of [before!, after!]) await under.packs.read(intact)
  })

  it('rejects a row that is not the one of the frame there', async () => {
    await using under = await open()
    const [row] = await under.packs.write([draft(5, 'one\ntwo\n', { at: 100, firstLine: 9 })])
    const wrong: Partial<Frame>[] = [
      { log: 6 },
      { at: 101 },
      { end: 109 },
      { firstLine: 8 },
      { lines: 3 },
      { position: 1 },
      { position: -1 },
      { position: 2 ** 40 },
      { storedBytes: row!.storedBytes - 1 },
      { storedBytes: row!.storedBytes + 1 },
      { storedBytes: 2 ** 40 },
      { storedBytes: 0 },
      { pack: '../../etc/passwd' },
      { pack: '000001-00009999' },
    ]
    await under.packs.read(row!)
    for (const change of wrong) await refusesAll(under.packs, { ...row!, ...change }, 'log-damaged')
  })

  it('rejects a frame that is cut off at any byte, and ends the rows of its pack there', async () => {
    await using under = await open()
    const rows = await under.packs.write([draft(1, 'kept\n'), draft(2, 'also kept\n'), draft(3, 'torn\n')])
    const torn = rows[2]!
    for (let keep = torn.storedBytes - 1; keep >= 0; keep--) {
      await under.cut(torn.pack, torn.position + keep)
      await assert.rejects(under.packs.read(torn), { code: 'log-damaged' }, `${keep} bytes`)
      assert.deepEqual(await collect(under.packs.frames(torn.pack)), rows.slice(0, 2), `${keep} bytes`)
    }
    assert.equal((await bytesOf(under.packs, rows[1]!)).toString(), 'also kept\n')
  })

  it('reports bytes in the middle of a pack that are no frame, after the rows before them', async () => {
    await using under = await open()
    const rows = await under.packs.write([draft(1, 'first\n'), draft(2, 'second\n'), draft(3, 'third\n')])
    await under.overwrite(rows[1]!.pack, rows[1]!.position + 20, Buffer.from([0xff, 0xff]))
    const seen: Frame[] = []
    await assert.rejects(
      async () => {
        for await (const row of under.packs.frames(rows[0]!.pack)) seen.push(row)
      },
      { code: 'log-damaged' },
    )
    assert.deepEqual(seen, rows.slice(0, 1))
  })

  it('rejects a frame of an unknown format version, and names the version', async () => {
    await using under = await open()
    const [row] = await under.packs.write([draft(1, 'from the future\n')])
    await under.overwrite(row!.pack, row!.position + 12, Buffer.from([2]))
    const expected = { code: 'log-damaged', message: /version 2/ }
    await assert.rejects(under.packs.read(row!), expected)
    await assert.rejects(under.packs.readIndex(row!), expected)
    await assert.rejects(collect(under.packs.frames(row!.pack)), expected)
  })
}

interface Where {
  readonly at?: number
  readonly firstLine?: number
  readonly day?: number
}

function draft(
  log: number,
  text: string | Uint8Array,
  { at = 0, firstLine = 0, day = 20_778 }: Where = {},
): FrameDraft {
  const bytes = Buffer.from(text)
  return { log, at, firstLine, bytes, arrivals: [{ at, arrivedAtMs: 1_795_000_000_000 }], day }
}

/** Bytes that do not compress, the same at each call. */
function pseudoRandom(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = 0x2545f491
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state
  }
  return bytes
}

async function bytesOf(packs: PackStore, row: Frame): Promise<Buffer> {
  return Buffer.from(await packs.read(row))
}

async function refusesAll(packs: PackStore, row: Frame, code: string): Promise<void> {
  const what = JSON.stringify(row)
  await assert.rejects(packs.read(row), { code }, what)
  await assert.rejects(packs.readStored(row), { code }, what)
  await assert.rejects(packs.readIndex(row), { code }, what)
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

function listPacks(packs: PackStore) {
  return collect(packs.packs())
}
