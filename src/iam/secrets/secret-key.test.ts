import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isTailraceError } from '../../contract/errors.ts'
import { loadSecretKey } from './secret-key.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-secret-'))
})
after(() => rm(folder, { recursive: true }))

const says = (pattern: RegExp) => (error: unknown) =>
  isTailraceError(error, 'invalid-parameter') && pattern.test(error.message) && !error.message.includes('\n')

describe("the installation's secret", () => {
  it('is made at the first start in a file for its owner alone, and found again', async () => {
    const keyFile = join(folder, 'made.key')
    const made = await loadSecretKey({ keyFile, mayCreate: true })
    assert.equal(made.length, 32)
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600)
    assert.deepEqual(await loadSecretKey({ keyFile, mayCreate: false }), made)
    assert.ok(!(await readdir(folder)).some(name => name.endsWith('.new')))
  })

  it('is one even if two starts make it at once', async () => {
    const keyFile = join(folder, 'raced.key')
    const made = await Promise.all([1, 2, 3].map(() => loadSecretKey({ keyFile, mayCreate: true })))
    assert.deepEqual(made[1], made[0])
    assert.deepEqual(made[2], made[0])
  })

  it('is read from the environment as hexadecimal digits or base64, and no file is made', async () => {
    const keyFile = join(folder, 'unused.key')
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 8))
    for (const given of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')])
      assert.deepEqual(await loadSecretKey({ given, keyFile, mayCreate: true }), bytes)
    await assert.rejects(readFile(keyFile))
  })

  it('that is too short, too long or no such text is rejected by the name of its source', async () => {
    const keyFile = join(folder, 'bad.key')
    for (const given of ['', 'secret', 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(43)}!`])
      await assert.rejects(
        loadSecretKey({ given, keyFile, mayCreate: true }),
        says(/^TAILRACE_SECRET_KEY must/),
      )
    await writeFile(keyFile, 'torn', { mode: 0o600 })
    await assert.rejects(loadSecretKey({ keyFile, mayCreate: true }), says(/key file .*bad\.key must/))
  })

  it('in a file that others can read is rejected', async () => {
    const keyFile = join(folder, 'open.key')
    await loadSecretKey({ keyFile, mayCreate: true })
    await chmod(keyFile, 0o640)
    await assert.rejects(loadSecretKey({ keyFile, mayCreate: true }), says(/chmod 600/))
  })

  it('is never generated again when something is sealed already', async () => {
    const keyFile = join(folder, 'lost.key')
    await assert.rejects(loadSecretKey({ keyFile, mayCreate: false }), says(/missing.*restore/))
    await assert.rejects(stat(keyFile))
  })

  it('that cannot be written is reported in one line', async () => {
    const keyFile = join(folder, 'no', 'such', 'folder', 'key')
    await assert.rejects(loadSecretKey({ keyFile, mayCreate: true }), says(/cannot be made/))
  })
})
