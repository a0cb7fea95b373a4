import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { MANIFEST_NAME, manifestOf } from './manifest.ts'
import { type PreviousBackup, readPreviousBackup } from './previous-backup.ts'

const CONTENT = 'frames\n'
const SHA256 = 'f'.repeat(64)
const packs = ['packs/1-1.zst', 'packs/1-2.zst'].map(name => ({
  name,
  bytes: CONTENT.length,
  sha256: SHA256,
}))
const [first, second] = packs as [(typeof packs)[0], (typeof packs)[0]]

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-previous-'))
  for (const part of ['earlier', 'live', 'new']) await mkdir(join(folder, part, 'packs'), { recursive: true })
  for (const { name } of packs)
    for (const part of ['earlier', 'live']) await writeFile(join(folder, part, name), CONTENT)
  const manifest = manifestOf('1.0.0', new Date(0), packs)
  await writeFile(join(folder, 'earlier', MANIFEST_NAME), JSON.stringify(manifest))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const previous = () => readPreviousBackup(join(folder, 'earlier'))
const link = (from: PreviousBackup, { name, bytes }: { name: string; bytes: number }) =>
  from.link({ name, bytes }, join(folder, 'live', name), join(folder, 'new', name))

test('a pack that the previous backup has is linked', async () => {
  const from = await previous()
  assert.equal(await link(from, first), SHA256)
  const [kept, linked] = await Promise.all(
    ['earlier', 'new'].map(part => stat(join(folder, part, first.name))),
  )
  assert.equal(linked!.ino, kept!.ino)
  assert.equal(from.unlinked, undefined)
})

test('a pack that is new or has grown is left to be copied, and is nothing to report', async () => {
  const from = await previous()
  assert.equal(await link(from, { name: 'packs/1-3.zst', bytes: 1 }), undefined)
  assert.equal(await link(from, { ...first, bytes: CONTENT.length + 1 }), undefined)
  assert.equal(from.unlinked, undefined)
})

describe('a pack that cannot be linked is left to be copied, and the first reason is kept', () => {
  test('when its file is missing in the previous backup', async () => {
    const from = await previous()
    await rm(join(folder, 'earlier', second.name))
    await writeFile(join(folder, 'live', first.name), 'Frames\n')
    assert.equal(await link(from, second), undefined)
    assert.equal(await link(from, first), undefined)
    assert.equal(from.unlinked?.count, 2)
    assert.match(from.unlinked.reason, /^ENOENT: .*1-2\.zst/)
  })

  test('when it ends with other bytes', async () => {
    const from = await previous()
    await writeFile(join(folder, 'live', first.name), 'Frames\n')
    assert.equal(await link(from, first), undefined)
    assert.equal(from.unlinked?.count, 1)
    assert.match(from.unlinked.reason, /1-1\.zst ends with other bytes than .*1-1\.zst/)
    await assert.rejects(stat(join(folder, 'new', first.name)), { code: 'ENOENT' })
  })

  test('when the file system makes no link', async () => {
    const from = await previous()
    await rm(join(folder, 'new', 'packs'), { recursive: true })
    assert.equal(await link(from, first), undefined)
    assert.match(from.unlinked?.reason ?? '', /^ENOENT: .*, link /)
  })
})
