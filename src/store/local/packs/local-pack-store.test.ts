import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import type { Frame, FrameDraft } from '../../../core/ports/pack-store.ts'
import { describePackStore, SUITE_PACK_BYTES } from '../../conformance/describe-pack-store.ts'
import { openLocalPackStore } from './local-pack-store.ts'
import { openPackDirectory } from './node-files.ts'

describePackStore('local', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-packs-'))
  const directory = await openPackDirectory(join(path, 'a', 'b'))
  const packs = await openLocalPackStore({ directory, packEnd: async () => 0, packBytes: SUITE_PACK_BYTES })
  const fileOf = (pack: string) => join(path, 'a', 'b', `${pack}.zst`)
  return {
    packs,
    async overwrite(pack, position, bytes) {
      const file = await open(fileOf(pack), 'r+')
      await file.write(bytes, 0, bytes.byteLength, position)
      await file.close()
    },
    cut: (pack, bytes) => truncate(fileOf(pack), bytes),
    async [Symbol.asyncDispose]() {
      await packs[Symbol.asyncDispose]()
      await rm(path, { recursive: true })
    },
  }
})

describe('local packs on disk', () => {
  it('are restored by the zstd tool to the bytes of all their frames', async () => {
    await using place = await temporaryDirectory()
    await using packs = await openLocalPackStore({ directory: place.directory, packEnd: async () => 0 })
    const texts = Array.from({ length: 3000 }, (_, i) =>
      `log ${i}: ${'x'.repeat(i % 90)}\n`.repeat(1 + (i % 40)),
    )
    const rows = await packs.write(texts.map((text, i) => draftOf(i + 1, text)))
    assert.equal(new Set(rows.map(row => row.pack)).size, 1)
    const restored = unzstd(join(place.path, `${rows[0]!.pack}.zst`))
    assert.equal(restored.toString(), texts.join(''))
    for (const i of [0, 1500, 2999])
      assert.equal(Buffer.from(await packs.read(rows[i]!)).toString(), texts[i])
  })

  it('are gone on with after a restart', async () => {
    await using place = await temporaryDirectory()
    const ends = new Map<string, number>()
    const open = () =>
      openLocalPackStore({ directory: place.directory, packEnd: async pack => ends.get(pack) ?? 0 })
    const rows: Frame[] = []
    for (let start = 0; start < 3; start++) {
      await using packs = await open()
      rows.push(...(await packs.write([draftOf(start + 1, `start ${start}\n`)])))
      const last = rows.at(-1)!
      ends.set(last.pack, last.position + last.storedBytes)
      // Never acknowledged: its row was lost in the crash.
      await packs.write([draftOf(9, 'lost\n'.repeat(start))].filter(draft => draft.bytes.byteLength > 0))
    }
    assert.equal(new Set(rows.map(row => row.pack)).size, 1)
    await using packs = await open()
    for (const [i, row] of rows.entries())
      assert.equal(Buffer.from(await packs.read(row)).toString(), `start ${i}\n`)
    const names = await readdir(place.path)
    assert.equal((await stat(join(place.path, names[0]!))).size, ends.get(rows[0]!.pack))
  })

  it('can be read to the end while they are dropped', async () => {
    await using place = await temporaryDirectory()
    await using packs = await openLocalPackStore({
      directory: place.directory,
      packEnd: async () => 0,
      maxOpenFiles: 1,
    })
    const rows = await packs.write(
      Array.from({ length: 40 }, (_, i) => draftOf(i + 1, `log ${i + 1}\n`, i % 4)),
    )
    const reads = rows.map(row =>
      packs.read(row).then(
        bytes => assert.equal(Buffer.from(bytes).toString(), `log ${row.log}\n`),
        error => assert.equal(error.code, 'log-damaged'),
      ),
    )
    await Promise.all([...new Set(rows.map(row => row.pack))].map(pack => packs.drop(pack)))
    await Promise.all(reads)
    assert.deepEqual(await readdir(place.path), [])
  })

  it('leave files of other names alone', async () => {
    await using place = await temporaryDirectory()
    await writeFile(join(place.path, 'notes.txt'), 'mine')
    await writeFile(join(place.path, '1-2.zst'), 'mine too')
    await using packs = await openLocalPackStore({ directory: place.directory, packEnd: async () => 0 })
    await packs.write([draftOf(1, 'x\n')])
    assert.equal((await Array.fromAsync(packs.packs())).length, 1)
    assert.equal((await readdir(place.path)).length, 3)
  })
})

function draftOf(log: number, text: string, day = 1): FrameDraft {
  return { log, at: 0, firstLine: 0, bytes: Buffer.from(text), arrivals: [{ at: 0, arrivedAtMs: 1 }], day }
}

async function temporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-packs-'))
  const remove = () => rm(path, { recursive: true })
  return { path, directory: await openPackDirectory(path), [Symbol.asyncDispose]: remove }
}

/** By the system's zstd where there is one. */
function unzstd(path: string): Buffer {
  const { error, status, stdout } = spawnSync('zstd', ['-dcq', path], { maxBuffer: 64 * 1024 * 1024 })
  if (error !== undefined) return zstdDecompressSync(readFileSync(path))
  assert.equal(status, 0)
  return stdout
}
