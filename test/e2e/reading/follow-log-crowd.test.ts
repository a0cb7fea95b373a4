/**
 * Hundreds of clients follow a growing log through crashes and pauses: each sees every byte once,
 * and none costs the server memory (docs/api.md §5).
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CrowdOrder, type CrowdReport, GO_ON, type Manner } from '../../props/follower-process.ts'
import { startServerOnPort } from '../../props/server-process.ts'
import { admin, type BuildAnswer, type Caller, eventually, logPath, sha256 } from '../../props/wire.ts'

const MIB = 1024 * 1024
const FOLLOWERS = 500
const LINES_PER_S = 1000
const SECONDS = 16
const APPENDS_PER_S = 20
const DEADLINE_MS = 60_000

/**
 * Two read slowly and some not at all. They leave more unread than the sockets hold, so it stays on
 * disk or in the server's memory.
 */
const HALTING = 2
const STILL = 24
const PAST_LINE = `${'a line of the log that was there before '.padEnd(1023, '=')}\n`
const PAST_BYTES = 32 * MIB
/**
 * The server's memory may grow by half of what is unread. It needs a few chunks for each
 * stream, and what the garbage collector leaves for later.
 */
const GROWTH_MAX_BYTES = (STILL * PAST_BYTES) / 2

test(`${FOLLOWERS} followers of a log at ${LINES_PER_S} lines/s see every byte once, through reconnects, kill -9 and readers that stop`, async t => {
  await using server = await startServerOnPort()
  const writer = await admin(server)
  const past = Buffer.alloc(PAST_BYTES, PAST_LINE)
  const log = Buffer.concat([past, ...liveLines()])
  const build = await writer.newLog(past, { live: true })
  const memory = watchMemory(writer)
  const followers = Array.from({ length: FOLLOWERS }, (_, n) => ({
    manner: mannerOf(n),
    // Slow ones have the past before them; each begins at another line, so that no two of them want
    // the same chunks.
    from: n < HALTING + STILL ? n * PAST_LINE.length : PAST_BYTES,
  }))
  await using crowd = await gather({
    url: server.url,
    path: `${logPath(build, 1)}/events`,
    headers: writer.headers,
    followers,
  })
  const beganMs = performance.now()
  await writeAtRate(writer, build, log, async () => {
    await server.kill('SIGKILL')
    await server.restart()
  })
  const tookS = (performance.now() - beganMs) / 1000
  assert.equal((await writer.finishStep(build, 1, { status: 'SUCCESS', size: log.length })).status, 200)
  const report = await crowd.report()
  const { firstBytes, mostBytes } = await memory.stop()
  assertAllSeen(report, followers, log)
  const sum = (figure: 'connections' | 'chunks') => report.reduce((total, one) => total + one[figure], 0)
  const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`
  t.diagnostic(
    `${LINES_PER_S * SECONDS} lines in ${tookS.toFixed(1)} s, ${sum('connections')} connections, ${sum('chunks')} chunks`,
  )
  t.diagnostic(
    `resident memory ${mib(firstBytes)}, at most ${mib(mostBytes)}; ${mib(STILL * PAST_BYTES)} stood unread`,
  )
  assert.ok(mostBytes - firstBytes < GROWTH_MAX_BYTES)
})

function mannerOf(n: number): Manner {
  if (n < HALTING) return 'halting'
  if (n < HALTING + STILL) return 'still'
  return n % 2 === 0 ? 'restless' : 'steady'
}

function assertAllSeen(report: CrowdReport, followers: CrowdOrder['followers'], log: Buffer): void {
  assert.equal(report.length, FOLLOWERS)
  const present = sha256(log.subarray(PAST_BYTES))
  const whole = { size: log.length, sha256: sha256(log), status: 'SUCCESS' }
  for (const [n, { end, sha256: seen, connections, told }] of report.entries()) {
    const { manner, from } = followers[n]!
    const wanted = from === PAST_BYTES ? present : sha256(log.subarray(from))
    assert.deepEqual([end, seen], [log.length, wanted], `a ${manner} follower`)
    assert.ok(connections >= 2, 'the server was killed')
    if (told !== undefined) assert.deepEqual(told, whole)
  }
  assert.ok(report.some(({ told }) => told !== undefined))
}

function liveLines(): Buffer[] {
  return Array.from({ length: LINES_PER_S * SECONDS }, (_, n) =>
    Buffer.from(`${n} [INFO] 编译 a line of some length, as builds write them${'.'.repeat(n % 9)}\n`),
  )
}

/** Followers in a process of their own, each connected. */
interface Crowd extends AsyncDisposable {
  /** Lets paused followers continue; resolves when each has the whole log. */
  report(): Promise<CrowdReport>
}

async function gather(order: CrowdOrder): Promise<Crowd> {
  const child = fork(join(import.meta.dirname, '../../props/follower-process.ts'), { execArgv: [] })
  const ended = once(child, 'exit')
  const next = async () => {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => assert.fail(`the followers ended with ${code}`)),
    ])
    return message
  }
  child.send(order)
  assert.equal(await next(), 'open')
  return {
    report: () => {
      // If the child has ended, `next` rejects.
      child.send(GO_ON, () => {})
      return next()
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Appends at the head what is due at each moment. Starts `crash` when half of the lines are due.
 */
async function writeAtRate(writer: Caller, build: BuildAnswer, log: Buffer, crash: () => Promise<void>) {
  const beganMs = performance.now()
  const durationMs = SECONDS * 1000
  const live = log.length - PAST_BYTES
  let crashed: Promise<void> | undefined
  for (let head = PAST_BYTES; head < log.length; ) {
    await sleep(1000 / APPENDS_PER_S)
    const passed = Math.min(1, (performance.now() - beganMs) / durationMs)
    if (passed >= 0.5) crashed ??= crash()
    const due = log.lastIndexOf('\n', PAST_BYTES + Math.floor(live * passed) - 1) + 1
    if (due > head) head = await appendUpTo(writer, build, log.subarray(0, due), head)
  }
  await crashed
}

/**
 * Returns the head: the end of what was appended, or, if the connection broke, what the server
 * reports.
 */
async function appendUpTo(writer: Caller, build: BuildAnswer, log: Buffer, head: number): Promise<number> {
  const reply = await writer.append(build, 1, head, log.subarray(head)).catch(() => undefined)
  if (reply === undefined) return eventually(() => writer.head(build), DEADLINE_MS)
  assert.equal(reply.status, 204, reply.text)
  return log.length
}

/** Looks at the server's resident memory again and again. */
function watchMemory(caller: Caller) {
  const stopping = new AbortController()
  const seenBytes: number[] = []
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // No answer while the server is away.
      const reply = await caller.get('/metrics').catch(() => undefined)
      const resident = /^process_resident_memory_bytes (\S+)$/m.exec(reply?.text ?? '')?.[1]
      if (resident !== undefined) seenBytes.push(Number(resident))
      await sleep(200)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await watching
      return { firstBytes: seenBytes[0]!, mostBytes: Math.max(...seenBytes) }
    },
  }
}
