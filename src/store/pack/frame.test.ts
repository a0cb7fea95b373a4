import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { type Arrival, type Frame, type FrameDraft, LINES_PER_MARK } from '../../core/ports/pack-store.ts'
import { ARRIVALS_MAX_PER_FRAME } from './arrivals.ts'
import { decodeFrame, encodeFrame, readFrameIndex, rowOf, rowOfEncoded } from './frame.ts'
import { decodeFrameHeader, encodeFrameHeader, FRAME_HEADER_MAX_BYTES } from './frame-header.ts'

describe('a frame', () => {
  it('gives back any draft, and its index is what the bytes say', async () => {
    await fc.assert(
      fc.asyncProperty(anyDraft, async draft => {
        const { row, stored } = await encoded(draft)
        assert.deepEqual(Buffer.from(await decodeFrame(stored, row)), Buffer.from(draft.bytes))
        assert.deepEqual(Buffer.from(zstdDecompressSync(stored)), Buffer.from(draft.bytes))
        const index = readFrameIndex(stored, row)
        assert.deepEqual(index.lineMarks, marksOf(draft))
        assert.equal(row.lines, draft.bytes.filter(byte => byte === 10).length)
        for (let at = draft.at; at < row.end; at++)
          assert.equal(timeAt(index.arrivals, at), timeAt(draft.arrivals, at))
      }),
      { numRuns: 200 },
    )
  })

  it('is rejected if it is cut anywhere or any byte of it changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyDraft, fc.nat(), fc.integer({ min: 1, max: 255 }), async (draft, place, change) => {
        const { row, stored } = await encoded(draft)
        const at = place % stored.length
        await refused(stored.subarray(0, at), row)
        await refused(Buffer.concat([stored, stored.subarray(0, at + 1)]), row)
        const changed = Buffer.from(stored)
        changed[at]! ^= change
        await refused(changed, row)
      }),
      { numRuns: 300 },
    )
  })

  it('is rejected if the bytes are not a frame', async () => {
    const row = (await encoded(textDraft('x'))).row
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), bytes => refused(bytes, row)))
  })

  it('never decompresses to more than its header says', async () => {
    for (const [bomb, cause] of [
      [Buffer.alloc(50_000_000), 'ZSTD_error_frameParameter_windowTooLarge'],
      [Buffer.alloc(1_000_000), 'ERR_BUFFER_TOO_LARGE'],
      [Buffer.from('ten bytes!!'), 'ERR_BUFFER_TOO_LARGE'],
      [Buffer.from('short'), undefined],
    ] as const) {
      const zstd = zstdCompressSync(bomb)
      const honest = decodeFrameHeader((await encoded(textDraft('ten bytes!'))).stored).header
      const header = { ...honest, zstdBytes: zstd.length, zstdCrc32: crc32(zstd) }
      const front = encodeFrameHeader(header)
      const decoded = decodeFrame(Buffer.concat([front, zstd]), rowOf(header, front.length, 'p', 0))
      await assert.rejects(decoded, (error: Error & { code?: string; cause?: { code?: string } }) => {
        assert.equal(error.code, 'log-damaged')
        assert.equal(error.cause?.code, cause)
        return true
      })
    }
  })

  it('is rejected if its header passes its checksum but is out of bounds', async () => {
    const { header } = decodeFrameHeader((await encoded(textDraft('a\nb\n'))).stored)
    const arrival = { at: 0, arrivedAtMs: 1 }
    for (const change of [
      { log: 0 },
      { end: 0 },
      { end: 2 ** 20 + 1 },
      { zstdBytes: 0 },
      { zstdBytes: 2 ** 30 },
      { lines: 5 },
      { at: Number.MAX_SAFE_INTEGER - 4, end: Number.MAX_SAFE_INTEGER - 4 },
      { firstLine: Number.MAX_SAFE_INTEGER },
      { lineMarks: [0, 1] },
      { lines: 64, end: 64, lineMarks: [0, 64] },
      { lines: 128, end: 200, lineMarks: [0, 70, 70] },
      { arrivals: [] },
      { arrivals: [arrival, arrival] },
      { arrivals: [arrival, { at: 4, arrivedAtMs: 1 }] },
      { arrivals: [arrival, { at: 1, arrivedAtMs: -5 }] },
      {
        arrivals: Array.from({ length: ARRIVALS_MAX_PER_FRAME + 1 }, (_, i) => ({ at: i, arrivedAtMs: 1 })),
        end: 9999,
      },
    ])
      assert.throws(
        () => decodeFrameHeader(encodeFrameHeader({ ...header, ...change })),
        { code: 'log-damaged' },
        JSON.stringify(change).slice(0, 80),
      )
  })

  it('is rejected with flags or trailing bytes that version 1 does not have', async () => {
    const { stored } = await encoded(textDraft('x\n'))
    const { headerBytes } = decodeFrameHeader(stored)
    const flagged = Buffer.from(stored.subarray(0, headerBytes))
    flagged[13] = 2
    assert.throws(() => decodeFrameHeader(sealed(flagged)), { code: 'log-damaged', message: /flags/ })
    const longer = Buffer.concat([stored.subarray(0, headerBytes), Buffer.from([0])])
    longer.writeUInt32LE(longer.length - 8, 4)
    assert.throws(() => decodeFrameHeader(sealed(longer)), { code: 'log-damaged', message: /left over/ })
  })

  it('keeps a bounded number of arrivals, and no byte is dated later than it came', async () => {
    const bytes = Buffer.alloc(1_000_000, 'a\n')
    const arrivals = Array.from({ length: bytes.length }, (_, at) => ({ at, arrivedAtMs: 1e12 + at * 1e6 }))
    const draft = { ...textDraft(''), bytes, arrivals }
    const { row, stored } = await encoded(draft)
    const index = readFrameIndex(stored, row)
    assert.ok(
      index.arrivals.length <= ARRIVALS_MAX_PER_FRAME && index.arrivals.length > ARRIVALS_MAX_PER_FRAME / 2,
    )
    for (const { at, arrivedAtMs } of index.arrivals) assert.equal(arrivedAtMs, arrivals[at]!.arrivedAtMs)
    assert.ok(decodeFrameHeader(stored).headerBytes <= FRAME_HEADER_MAX_BYTES)
  })

  it('has a header within its bound for the worst marks and arrivals', async () => {
    const bytes = Buffer.alloc(2 ** 20, `${'\n'.repeat(63)}${'x'.repeat(64)}\n`)
    const far = 2 ** 52 - 1
    const arrivals = Array.from({ length: 512 }, (_, i) => ({
      at: i * 2048,
      arrivedAtMs: i % 2 === 0 ? 0 : far,
    }))
    const draft = { ...textDraft(''), log: Number.MAX_SAFE_INTEGER, bytes, arrivals }
    const { row, stored } = await encoded(draft)
    assert.deepEqual(readFrameIndex(stored, row).arrivals, arrivals)
  })

  it('is the one of the format page, byte for byte', async () => {
    const page = readFileSync(new URL('../../../docs/formats/frame.md', import.meta.url), 'utf8')
    const vector = Buffer.from(
      /```hex\n([\s\S]*?)```/.exec(page)![1]!.replace(/#.*$/gm, '').replace(/\s/g, ''),
      'hex',
    )
    const text = '[2026/11/21 09:00:00.000 GMT+08:00] [DEBUG] hello\nok'
    const arrivals = [
      { at: 1000, arrivedAtMs: 1_795_222_800_000 },
      { at: 1050, arrivedAtMs: 1_795_222_799_999 },
    ]
    const draft = { ...textDraft(text), log: 300, at: 1000, firstLine: 20, arrivals }
    const { row, stored } = await encoded(draft)
    const { header, headerBytes } = decodeFrameHeader(vector)
    assert.deepEqual(rowOf(header, headerBytes, row.pack, row.position), row)
    assert.equal(stored.toString('hex'), vector.toString('hex'))
    assert.equal(Buffer.from(await decodeFrame(vector, row)).toString(), text)
    assert.deepEqual(readFrameIndex(vector, row), { lineMarks: [1000], arrivals, hasDebug: true })
  })
})

function textDraft(text: string): FrameDraft {
  return {
    log: 1,
    at: 0,
    firstLine: 0,
    bytes: Buffer.from(text),
    arrivals: [{ at: 0, arrivedAtMs: 1 }],
    day: 1,
  }
}

const anyBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3000 }),
  fc
    .array(fc.constantFrom(10, 10, 97, 91), { minLength: 1, maxLength: 3000 })
    .map(list => Uint8Array.from(list)),
)

const anyDraft: fc.Arbitrary<FrameDraft> = fc
  .record({
    log: fc.maxSafeNat().map(n => Math.max(1, n)),
    at: fc.oneof(fc.nat(), fc.constant(2 ** 53 - 4000)),
    firstLine: fc.nat(),
    bytes: anyBytes,
    times: fc.array(fc.tuple(fc.nat(3000), fc.integer({ min: 0, max: 2 ** 52 - 1 })), { maxLength: 40 }),
  })
  .map(({ log, at, firstLine, bytes, times }) => {
    const places = times.map(([place]) => place % bytes.length).sort((a, b) => a - b)
    const arrivals = [0, ...places].map((place, i) => ({
      at: at + place,
      arrivedAtMs: times[i - 1]?.[1] ?? 5,
    }))
    return { log, at, firstLine, bytes, arrivals, day: 1 }
  })

async function encoded(draft: FrameDraft): Promise<{ row: Frame; stored: Buffer }> {
  const frame = await encodeFrame(draft)
  return { row: rowOfEncoded(frame, '000001-00000001', 0), stored: Buffer.from(frame.stored) }
}

async function refused(bytes: Uint8Array, row: Frame): Promise<void> {
  await assert.rejects(decodeFrame(bytes, row), { code: 'log-damaged' })
}

/** Gives a changed header the checksum that fits it. */
function sealed(header: Buffer): Buffer {
  header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4)
  return header
}

/** Counted byte by byte. */
function marksOf({ bytes, at }: FrameDraft): number[] {
  const marks = [at]
  let lines = 0
  for (const [i, byte] of bytes.entries()) {
    if (byte === 10 && ++lines % LINES_PER_MARK === 0 && i + 1 < bytes.length) marks.push(at + i + 1)
  }
  return marks
}

/** The time of the last arrival at or before an offset. */
function timeAt(arrivals: readonly Arrival[], offset: number): number | undefined {
  return arrivals.findLast(({ at }) => at <= offset)?.arrivedAtMs
}
