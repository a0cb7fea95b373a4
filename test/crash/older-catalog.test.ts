import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CLI, startServer } from '../server-process.ts'
import { admin } from '../wire.ts'

test('a catalog that is older than the journal is refused, so that no log gets the bytes of another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-older-'))
  const data = join(folder, 'data')
  try {
    await using server = await startServer({ data })
    await server.stop()
    cpSync(data, join(folder, 'copy'), { recursive: true })
    await server.restart()
    const caller = await admin(server)
    await caller.append(await caller.newBuild(1), 1, 0, 'of a build that the copy does not know\n')
    await server.kill('SIGKILL')
    for (const name of ['catalog.sqlite', 'catalog.sqlite-wal', 'catalog.sqlite-shm'])
      rmSync(join(data, name), { force: true })
    cpSync(join(folder, 'copy', 'catalog.sqlite'), join(data, 'catalog.sqlite'))

    const started = spawnSync(process.execPath, [CLI, 'serve', '--listen', '127.0.0.1:0', '--data', data], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    assert.equal(started.status, 1)
    assert.match(started.stderr, /The catalog is older than the journal/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
