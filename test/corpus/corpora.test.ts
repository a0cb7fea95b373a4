import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { corpora, corporaFolder, NO_CORPORA, sha256Of } from './corpora.ts'

const folder = corporaFolder()

test('every real log of the manifest is there, byte for byte', {
  skip: folder === undefined && NO_CORPORA,
}, () => {
  for (const log of corpora(folder!)) assert.equal(log.bytes().length, log.sizeBytes, log.name)
})

test('a log that is missing, or is not what the manifest says, is an error', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tailrace-corpora-'))
  try {
    assert.throws(() => corpora(dir), /MANIFEST/)
    writeFileSync(join(dir, 'MANIFEST.md'), '# nothing\n')
    assert.throws(() => corpora(dir), /lists no logs/)
    const row = (file: string, size: number, sha256: string) =>
      `| ${file} | a/b | ${size} | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | ${sha256} |\n`
    const sha256 = sha256Of(Buffer.from('x\n'))
    writeFileSync(
      join(dir, 'MANIFEST.md'),
      row('good.zst', 2, sha256) + row('bad.zst', 2, sha256) + row('gone.zst', 2, sha256),
    )
    writeFileSync(join(dir, 'good.zst'), zstdCompressSync('x\n'))
    writeFileSync(join(dir, 'bad.zst'), zstdCompressSync('y\n'))
    const [good, bad, gone] = corpora(dir)
    assert.equal(good!.bytes().toString(), 'x\n')
    assert.throws(() => bad!.bytes(), /not what the manifest says/)
    assert.throws(() => gone!.bytes(), /ENOENT/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})
