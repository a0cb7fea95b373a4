/**
 * How fast a literal is searched in a finished log, in frames on disk, compared with `zstd -dc |
 * grep -cF` of the same bytes: counts are compared first, then all run in turn, and the median of
 * the ratios counts. `count_only=true` answers what grep does; without it the search sends every
 * hit to its client too. `node bench/search.ts [MiB] [log to repeat] [pattern…]`; needs the
 * commands zstd and grep. Without a log it repeats those of TAILRACE_CORPORA, else logs of our own
 * making.
 */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MIB } from '../src/contract/quantities.ts'
import { corpora, corporaFolder } from '../test/corpus/corpora.ts'
import { ownLogs } from '../test/corpus/own-logs.ts'
import { openStream } from '../test/props/event-stream.ts'
import { startServer } from '../test/props/server-process.ts'
import { admin, type BuildAnswer, type Caller, eventually, logPath } from '../test/props/wire.ts'
import { median, ratioText } from './measure.ts'

const SIZE_BYTES = Number(process.argv[2] ?? 256) * MIB
const SAMPLE = process.argv[3]
/** In none of the real logs' lines, few, one of 50, one of 10, most of them. */
const PATTERNS = ['there is no such text', 'fatal', 'error', 'warning', 'INFO']
const ROUNDS = 7
const GREP = 'zstd -dc "$1" | LC_ALL=C grep -acF -e "$2" || true'
const CHUNK_BYTES = 8 * MIB
const PACKED_WITHIN_MS = 300_000

const folder = await mkdtemp(join(tmpdir(), 'tailrace-bench-search-'))
try {
  await using server = await startServer()
  const caller = await admin(server)
  const log = Buffer.alloc(SIZE_BYTES, sample())
  const build = await finishedLog(caller, log)
  const file = await compressed(log)
  for (const pattern of process.argv.length > 4 ? process.argv.slice(4) : PATTERNS)
    await compare(caller, build, file, pattern)
} finally {
  await rm(folder, { recursive: true, force: true })
}

function sample(): Buffer {
  if (SAMPLE !== undefined) return readFileSync(SAMPLE)
  const real = corporaFolder()
  return Buffer.concat((real === undefined ? ownLogs() : corpora(real)).map(log => log.bytes()))
}

async function finishedLog(caller: Caller, log: Buffer): Promise<BuildAnswer> {
  const build = await caller.newBuild()
  for (let at = 0; at < log.length; at += CHUNK_BYTES) {
    const reply = await caller.append(build, 1, at, log.subarray(at, at + CHUNK_BYTES))
    assert.equal(reply.status, 204, reply.text)
  }
  assert.equal((await caller.finishStep(build, 1)).status, 200)
  await eventually(async () => {
    const packed = /^tailrace_log_bytes_packed_total (\d+)$/m.exec((await caller.get('/metrics')).text)?.[1]
    assert.equal(Number(packed), log.length, 'all bytes are in frames')
  }, PACKED_WITHIN_MS)
  return build
}

async function compressed(log: Buffer): Promise<string> {
  const [plain, file] = [join(folder, 'log'), join(folder, 'log.zst')]
  await writeFile(plain, log)
  execFileSync('zstd', ['-q', '-3', '--rm', plain, '-o', file])
  return file
}

async function compare(caller: Caller, build: BuildAnswer, file: string, pattern: string): Promise<void> {
  const path = `${logPath(build, 1)}/search?q=${encodeURIComponent(pattern)}`
  const count = () => countOf(caller, `${path}&count_only=true`)
  const search = () => countOf(caller, path)
  const grep = async () => Number((await promisify(execFile)('sh', ['-c', GREP, 'sh', file, pattern])).stdout)
  const lines = await grep()
  assert.deepEqual([await count(), await search()], [lines, lines], pattern)
  const times: Times[] = []
  for (let n = 0; n < ROUNDS; n++)
    times.push({ countMs: await timed(count), grepMs: await timed(grep), searchMs: await timed(search) })
  const rate = (of: keyof Times) =>
    `${(SIZE_BYTES / 1e3 / median(times.map(one => one[of]))).toFixed(0)} MB/s`
  const ratio = (of: keyof Times) => {
    const ratios = times.map(one => one[of] / one.grepMs)
    return ratioText(ratios)
  }
  console.log(
    `"${pattern}", ${lines} lines: zstd | grep ${rate('grepMs')}; count ${rate('countMs')}, time ratio ${ratio('countMs')}; ` +
      `hits ${rate('searchMs')}, time ratio ${ratio('searchMs')}`,
  )
}

interface Times {
  readonly countMs: number
  readonly grepMs: number
  readonly searchMs: number
}

/** The count in the last line of the answer. */
async function countOf(caller: Caller, path: string): Promise<number> {
  const response = await openStream(caller.server.url, path, caller.headers)
  assert.equal(response.statusCode, 200)
  let end: Buffer = Buffer.alloc(0)
  for await (const bytes of response as AsyncIterable<Buffer>)
    end = bytes.length > 1000 ? bytes : Buffer.concat([end, bytes])
  return JSON.parse(end.toString().trimEnd().split('\n').at(-1)!).count
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return performance.now() - beganMs
}
