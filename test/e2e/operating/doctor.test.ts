/** `tailrace doctor`: what it finds in a store, and that it finds nothing in a sound one. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CLI, startServer } from '../../props/server-process.ts'
import { eventually, logPath } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const doctor = (...args: string[]) => doctorOf(server.data, ...args)

function doctorOf(
  data: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [CLI, 'doctor', '--data', data, ...args],
      { env: { PATH: process.env.PATH } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

test('checks a store while its server runs', async () => {
  const sealed = await caller.newLog(Buffer.alloc(3_000_000, 'a line of a sealed log\n'))
  const live = await caller.newLog('still going', { live: true })
  const { code, stdout, stderr } = await doctor('--json')
  assert.deepEqual([code, stderr], [0, ''])
  const { builds, logs, logBytes, faults } = JSON.parse(stdout)
  assert.deepEqual(
    { builds, logs, logBytes, faults },
    { builds: 2, logs: 2, logBytes: 3_000_011, faults: [] },
  )
  for (const { record_id } of [sealed, live])
    assert.equal((await caller.send('DELETE', `/api/v1/builds/${record_id}`)).status, 204)
})

test('rejects a directory without a store', async () => {
  const none = await doctor('--data', join(server.data, 'none'))
  assert.equal(none.code, 1)
  assert.match(none.stderr, /no store/)
  assert.equal((await doctor('--wrong')).code, 2)
})

test('finds a sound store sound, live logs and crash leftovers included, and changes nothing', async () => {
  const sealed = await caller.newLog(Buffer.alloc(3_000_000, 'a line of a sealed log\n'))
  const live = await caller.newLog('still going', { live: true })
  await caller.newBuild(2)
  await server.kill('SIGKILL')
  for (const _ of [1, 2]) {
    const { code, stdout, stderr } = await doctor('--json')
    assert.deepEqual([code, stderr], [0, ''], stdout)
    const { builds, logs, logBytes, faults } = JSON.parse(stdout)
    assert.deepEqual(
      { builds, logs, logBytes, faults },
      { builds: 3, logs: 4, logBytes: 3_000_011, faults: [] },
    )
  }
  assert.match(
    (await doctor()).stdout,
    /^3 builds, 4 logs of 2\.9 MiB, in \d+ packs? of [\d.]+ (B|KiB)\.\n.*No faults\.\n$/s,
  )
  await server.restart()
  assert.equal((await caller.get(logPath(sealed, 1))).bytes.length, 3_000_000)
  assert.equal((await caller.append(live, 1, 11, ' on\n')).status, 204)
})

test('says whom to run it as where the control socket is closed to it', async t => {
  if (process.getuid?.() === 0) return t.skip('root may use every socket')
  await using own = await startServer()
  await chmod(join(own.data, 'control.sock'), 0)
  assert.match((await doctorOf(own.data)).stderr, /EACCES.*run it as the server.s user/)
})

test('packs are for the server\u2019s user alone', async () => {
  const packs = join(server.data, 'packs')
  const modes = await Promise.all(
    [packs, ...(await readdir(packs)).map(name => join(packs, name))].map(one => stat(one)),
  )
  assert.ok(modes.length > 1)
  for (const { mode } of modes) assert.equal(mode & 0o077, 0)
})

test('reports which log is damaged, and continues', async () => {
  const { server: own, caller: writer } = await startFixture()
  const text = Array.from({ length: 50_000 }, (_, i) => `${i * i}\n`).join('')
  const build = await writer.newLog(Buffer.from(text))
  // Damage in a pack can reach the log only once it is in the pack.
  await eventually(async () => {
    const [, packed] =
      /^tailrace_log_bytes_packed_total (\d+)$/m.exec((await writer.get('/metrics')).text) ?? []
    assert.ok(Number(packed) >= text.length)
  })
  const packs = join(own.data, 'packs')
  await own.kill('SIGTERM')
  const before = JSON.parse((await doctorOf(own.data, '--json')).stdout)
  assert.deepEqual(before.faults, [])
  for (const name of await readdir(packs)) {
    await using file = await open(join(packs, name), 'r+')
    const { size } = await file.stat()
    for (let at = 1000; at < size; at += 20_000) await file.write(Buffer.from('damage'), 0, 6, at)
  }
  const { code, stdout } = await doctorOf(own.data, '--json')
  const { faults, logs } = JSON.parse(stdout)
  assert.deepEqual([code, logs], [1, before.logs])
  assert.ok(faults.length > 0)
  assert.match(
    JSON.stringify(faults),
    new RegExp(`build ${build.record_id}, step 1.*cannot be read after byte`),
  )
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  assert.ok((await doctorOf(own.data)).stdout.endsWith(`\n${count}.\n`))
})
