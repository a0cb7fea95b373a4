/**
 * How fast a literal is searched in a finished log, in frames on disk, beside `zstd -dc | grep -cF` of the same bytes; counts are compared first.
 * `node bench/search.ts [MiB] [log to repeat]`; needs the commands zstd and grep.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIB } from '../src/contract/quantities.ts'
import { ownLogs } from '../test/corpus/own-logs.ts'
import { startServer } from '../test/server-process.ts'
import { admin, logPath } from '../test/wire.ts'

const SIZE_BYTES = Number(process.argv[2] ?? 256) * MIB
const PATTERNS = ['there is no such text', 'error']
const ROUNDS = 3

const sample =
  process.argv[3] === undefined
    ? Buffer.concat(ownLogs().map(log => log.bytes()))
    : readFileSync(process.argv[3])
const folder = await mkdtemp(join(tmpdir(), 'tailrace-bench-search-'))
try {
  await using server = await startServer()
  const caller = await admin(server)
  const build = await caller.newBuild()
  const log = Buffer.alloc(SIZE_BYTES, sample)
  for (let at = 0; at < log.length; at += 8 * MIB) {
    const reply = await caller.append(build, 1, at, log.subarray(at, at + 8 * MIB))
    assert.equal(reply.status, 204, reply.text)
  }
  assert.equal((await caller.finishStep(build, 1)).status, 200)
  const file = join(folder, 'log.zst')
  await writeFile(join(folder, 'log'), log)
  execFileSync('zstd', ['-q', '-3', '-B256K', join(folder, 'log'), '-o', file])
  for (const pattern of PATTERNS) {
    const search = async () => {
      const reply = await caller.get(`${logPath(build, 1)}/search?q=${encodeURIComponent(pattern)}`)
      return JSON.parse(reply.text.trimEnd().split('\n').at(-1)!).count
    }
    const grep = async () =>
      Number(
        execFileSync('sh', ['-c', 'zstd -dc "$1" | LC_ALL=C grep -acF -e "$2" || true', 'sh', file, pattern]),
      )
    assert.equal(await search(), await grep(), pattern)
    const [ownMs, grepMs] = [await fastest(search), await fastest(grep)]
    const rate = (ms: number) => `${(SIZE_BYTES / 1e3 / ms).toFixed(0)} MB/s`
    console.log(
      `"${pattern}": search ${rate(ownMs)}, zstd | grep ${rate(grepMs)}; time ratio ${(ownMs / grepMs).toFixed(2)}`,
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function fastest(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const beganMs = performance.now()
    await work()
    best = Math.min(best, performance.now() - beganMs)
  }
  return best
}
