import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { writeWholeFile } from './write-whole-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'whole-file-'))
after(() => rmSync(directory, { recursive: true }))

it('a file is replaced with the wanted permissions, and nothing else is left', async () => {
  const path = join(directory, 'replaced')
  writeFileSync(path, 'old', { mode: 0o644 })
  await writeWholeFile(path, 'new', { mode: 0o600 })
  assert.equal(readFileSync(path, 'utf8'), 'new')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(directory), ['replaced'])
})

it('a draft that a killed process left is replaced', async () => {
  const path = join(directory, 'replaced')
  writeFileSync(`${path}.${process.pid}.part`, 'half', { mode: 0o644 })
  await writeWholeFile(path, 'newer', { mode: 0o600 })
  assert.equal(readFileSync(path, 'utf8'), 'newer')
  assert.deepEqual(readdirSync(directory), ['replaced'])
})

it('a write that fails leaves the old file and no draft', async () => {
  const parent = join(directory, 'failing')
  const path = join(parent, 'file')
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'old'), 'kept')
  await assert.rejects(writeWholeFile(path, 'new', { mode: 0o600 }), { code: 'EISDIR' })
  assert.deepEqual(readdirSync(parent), ['file'])
  assert.equal(readFileSync(join(path, 'old'), 'utf8'), 'kept')
  await assert.rejects(writeWholeFile(join(directory, 'nowhere', 'file'), 'x', { mode: 0o600 }), {
    code: 'ENOENT',
  })
})
