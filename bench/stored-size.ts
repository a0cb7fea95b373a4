/**
 * What real logs take in packs: cut into frames and encoded as a flush does it, decoded again and
 * compared, then set against `gzip -6` and `zstd -9` of each whole log. One flush per log, so that
 * the figure is that of a log that was written at once. `node bench/stored-size.ts [FILE…]`: plain
 * or `.zst` files; without any, the logs of TAILRACE_CORPORA.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { constants, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { cutFrames } from '../src/core/maintain/cut-frames.ts'
import { decodeFrame, encodeFrame, rowOfEncoded } from '../src/store/pack/frame.ts'
import { packId } from '../src/store/pack/pack-id.ts'
import { corpora, corporaFolder, NO_CORPORA } from '../test/corpus/corpora.ts'

const DAY = 20_000

interface Log {
  readonly name: string
  readonly bytes: () => Buffer
}

interface Sizes {
  readonly raw: number
  readonly stored: number
  readonly gzip: number
  readonly zstd: number
}

/** All frames of one log; throws if a frame does not decode to what was encoded. */
async function storedBytes(log: Buffer): Promise<number> {
  let [stored, at, firstLine] = [0, 0, 0]
  for (const end of cutFrames(log, true)) {
    const bytes = log.subarray(at, end)
    const frame = await encodeFrame({
      log: 1,
      at,
      firstLine,
      bytes,
      arrivals: [{ at, arrivedAtMs: Date.now() }],
      day: DAY,
    })
    const row = rowOfEncoded(frame, packId(DAY, 1), 0)
    assert.ok(bytes.equals(await decodeFrame(frame.stored, row)), 'a frame decodes to other bytes')
    stored += frame.stored.byteLength
    at = end
    firstLine += row.lines
  }
  return stored
}

async function measure(log: Buffer): Promise<Sizes> {
  const zstd = zstdCompressSync(log, { params: { [constants.ZSTD_c_compressionLevel]: 9 } })
  return { raw: log.length, stored: await storedBytes(log), gzip: gzipSync(log).length, zstd: zstd.length }
}

function row(name: string, { raw, stored, gzip, zstd }: Sizes): string {
  const ratio = (a: number, b: number) => (a / b).toFixed(2).padStart(8)
  return `${name.padEnd(48)}${String(raw).padStart(12)}${ratio(raw, stored)}${ratio(stored, gzip)}${ratio(stored, zstd)}`
}

function logs(files: readonly string[]): readonly Log[] {
  if (files.length > 0)
    return files.map(file => ({
      name: basename(file),
      bytes: () => (file.endsWith('.zst') ? zstdDecompressSync(readFileSync(file)) : readFileSync(file)),
    }))
  const folder = corporaFolder()
  if (folder === undefined) throw new Error(`${NO_CORPORA}: name files`)
  return corpora(folder)
}

console.log(`${'log'.padEnd(48)}${'bytes'.padStart(12)}   x:1  of gzip  of zstd-9`)
const all: Sizes[] = []
for (const { name, bytes } of logs(process.argv.slice(2))) {
  const sizes = await measure(bytes())
  if (sizes.raw > 0) all.push(sizes)
  console.log(row(name, sizes))
}
const total = (part: keyof Sizes) => all.reduce((sum, sizes) => sum + sizes[part], 0)
console.log(
  row(`${all.length} logs`, {
    raw: total('raw'),
    stored: total('stored'),
    gzip: total('gzip'),
    zstd: total('zstd'),
  }),
)
