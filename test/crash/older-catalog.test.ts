/**
 * Only the catalog was restored, from an earlier time: logs that it does not know are not treated
 * as waste.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CLI, type ServerProcess, startServer } from '../props/server-process.ts'
import { admin, type Caller, eventually, logPath } from '../props/wire.ts'

const CATALOG = ['catalog.sqlite', 'catalog.sqlite-wal', 'catalog.sqlite-shm']
const LINE = 'a line that was acknowledged\n'

/**
 * A served store of which `keep` keeps the catalog as it is; `putBack` brings it back once the
 * server has stopped.
 */
class Place implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tailrace-older-'))
  readonly data = join(this.#folder, 'data')
  readonly packs = join(this.data, 'packs')

  async keep(server: ServerProcess): Promise<void> {
    await server.stop()
    this.#copy(this.data, this.#folder)
    await server.restart()
  }

  putBack(): void {
    this.#copy(this.#folder, this.data)
  }

  /** The catalog as it is now, while no server has it. */
  kept(): { readonly putBack: () => void } {
    const copy = mkdtempSync(join(this.#folder, 'catalog-'))
    this.#copy(this.data, copy)
    return { putBack: () => this.#copy(copy, this.data) }
  }

  /** As it is once its segments have been written over by other logs, which have left it. */
  emptyJournal(): void {
    rmSync(join(this.data, 'journal'), { recursive: true })
  }

  #copy(from: string, to: string): void {
    for (const name of CATALOG) rmSync(join(to, name), { force: true })
    for (const name of readdirSync(from).filter(name => CATALOG.includes(name)))
      cpSync(join(from, name), join(to, name))
  }

  /** The names of the packs and what is in them. */
  #packFiles(): readonly (readonly [string, string])[] {
    return readdirSync(this.packs).map(name => [
      name,
      readFileSync(join(this.packs, name)).toString('base64'),
    ])
  }

  #serve(env: NodeJS.ProcessEnv): { readonly status: number | null; readonly stderr: string } {
    const args = [CLI, 'serve', '--listen', '127.0.0.1:0', '--data', this.data]
    return spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, ...env },
    })
  }

  /** The server does not start, says why, and touches no pack. */
  assertRefused(why: RegExp, env = {}): void {
    const packs = this.#packFiles()
    const { status, stderr } = this.#serve(env)
    assert.equal(status, 1)
    assert.match(stderr, why)
    assert.deepEqual(this.#packFiles(), packs)
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Resolves when everything that was stored is in packs, and nothing in the journal. */
async function packed(caller: Caller, bytes: number): Promise<void> {
  await eventually(async () => {
    const sum = /^tailrace_log_bytes_packed_total (\d+)$/m.exec((await caller.get('/metrics')).text)?.[1]
    assert.equal(Number(sum), bytes)
  }, 60_000)
}

test('a catalog older than the journal is rejected, so that no log gets the bytes of another', async () => {
  using place = new Place()
  await using server = await startServer({ data: place.data })
  await place.keep(server)
  const caller = await admin(server)
  await caller.append(await caller.newBuild(1), 1, 0, LINE)
  await server.kill('SIGKILL')
  place.putBack()
  place.assertRefused(/The catalog is older than its journal/)
})

test('a catalog that lacks logs of the packs is rejected, and no pack is changed', async () => {
  using place = new Place()
  await using server = await startServer({ data: place.data })
  const before = await admin(server)
  await before.newLog(LINE)
  await packed(before, LINE.length)
  await place.keep(server)
  const caller = await admin(server)
  await caller.newLog(LINE.repeat(2))
  await packed(caller, 2 * LINE.length)
  await server.stop()
  place.putBack()
  place.emptyJournal()
  place.assertRefused(/The catalog is older than its packs, .* restore the whole data directory/)
})

test('a catalog that does not know how far a log is packed is rejected', async () => {
  using place = new Place()
  await using server = await startServer({ data: place.data })
  const before = await admin(server)
  const build = await before.newBuild(1)
  await before.append(build, 1, 0, LINE)
  await place.keep(server)
  const caller = await admin(server)
  await caller.append(build, 1, LINE.length, LINE)
  await caller.finishStep(build, 1)
  await packed(caller, 2 * LINE.length)
  await server.stop()
  place.putBack()
  place.emptyJournal()
  place.assertRefused(/The catalog is older than its packs/)
})

/** Small enough that segments are written over, and packs rewritten, while the test runs. */
const SMALL = {
  TAILRACE_PACK_MIB: '1',
  TAILRACE_JOURNAL_SEGMENT_MIB: '1',
  TAILRACE_JOURNAL_SEGMENTS: '4',
}
/** Lines that do not shrink. */
const noise = (bytes: number) => `${randomBytes(bytes).toString('base64').replace(/.{99}/g, '$&\n')}\n`

test('a catalog from before a log left the journal is rejected, as the journal looks damaged', async () => {
  using place = new Place()
  await using server = await startServer({ data: place.data, env: SMALL })
  const before = await admin(server)
  const build = await before.newBuild(1)
  let log = noise(300_000)
  await before.append(build, 1, 0, log)
  await place.keep(server)
  const caller = await admin(server)
  for (let n = 0; n < 20; n++) {
    const more = noise(500_000)
    assert.equal((await caller.append(build, 1, log.length, more)).status, 204)
    log += more
  }
  await server.stop()
  const newer = place.kept()
  place.putBack()
  place.assertRefused(/^\{.*"msg":"the journal is damaged"\}$.*The catalog is older than its packs/ms, SMALL)
  newer.putBack()
  await server.restart()
  assert.equal((await (await admin(server)).get(logPath(build, 1))).text, log)
})

test('a catalog from before packs were rewritten is rejected', async () => {
  using place = new Place()
  await using server = await startServer({ data: place.data, env: SMALL })
  const before = await admin(server)
  const logs = []
  let bytes = 0
  for (let n = 0; n < 12; n++) {
    const log = noise(n % 4 === 0 ? 150_000 : 300_000)
    logs.push({ log, build: await before.newLog(log) })
    bytes += log.length
    await packed(before, bytes)
  }
  await place.keep(server)
  const first = readdirSync(place.packs)[0]!
  const caller = await admin(server)
  for (const [n, { build }] of logs.entries())
    if (n < 8 && n % 4 !== 0)
      assert.equal((await caller.send('DELETE', `/api/v1/builds/${build.record_id}`)).status, 204)
  await eventually(async () => assert.ok(!readdirSync(place.packs).includes(first)), 60_000)
  await server.stop()
  const newer = place.kept()
  place.putBack()
  place.assertRefused(/The catalog is older than its packs/, SMALL)
  newer.putBack()
  await server.restart()
  const after = await admin(server)
  for (const n of [0, 4, 8]) assert.equal((await after.get(logPath(logs[n]!.build, 1))).text, logs[n]!.log)
})

test('a missing catalog is not created again where there are logs', async () => {
  using place = new Place()
  await using server = await startServer({ data: place.data })
  const caller = await admin(server)
  await caller.newLog(LINE)
  await packed(caller, LINE.length)
  await server.stop()
  for (const name of CATALOG) rmSync(join(place.data, name), { force: true })
  place.assertRefused(/catalog\.sqlite is missing, but logs are left in its journal and packs/)
  assert.equal(existsSync(join(place.data, 'catalog.sqlite')), false)
})

test('bytes of logs that were deleted since do not make a catalog rejected', async () => {
  using place = new Place()
  await using server = await startServer({ data: place.data })
  const caller = await admin(server)
  await caller.newLog(LINE)
  const build = await caller.newLog(LINE.repeat(3))
  await packed(caller, 4 * LINE.length)
  assert.equal((await caller.send('DELETE', `/api/v1/builds/${build.record_id}`)).status, 204)
  await server.kill('SIGKILL')
  await server.restart()
  const after = await admin(server)
  const log = await after.newLog(LINE)
  assert.equal((await after.get(logPath(log, 1))).text, LINE)
})
