/**
 * Kills the server again and again during many appends: acknowledged bytes are durable, and none is
 * stored twice.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLI, startServer } from '../props/server-process.ts'
import { admin, type BuildAnswer, type Caller, downloadPath, logPath, sha256 } from '../props/wire.ts'

const ROUNDS = 12
const BUILDS = 3
const STEPS = 8

/** Segments so small that rounds run through flushing and recycling too. */
const server = await startServer({ env: { TAILRACE_JOURNAL_SEGMENT_MIB: '1' } })
after(() => server.stop())
const caller = await admin(server)

/** Always the same numbers. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const LINE_BYTES = 64
const PATTERN_BYTES = 4 * 1024 * 1024
/** Long enough that no log passes over it twice, and other bytes at every place. */
const pattern = Buffer.alloc(PATTERN_BYTES + 64 * 1024)
for (let at = 0, random = generator(7); at < pattern.length; at++)
  pattern[at] = at % LINE_BYTES === LINE_BYTES - 1 ? 0x0a : 0x21 + random(90)

/**
 * The bytes of a writer's log. They depend only on its number and their offset.
 */
function bytesAt(log: number, from: number, to: number): Buffer {
  const shift = log * LINE_BYTES
  assert.ok(to + shift <= pattern.length, `log ${log} grew to ${to}`)
  return pattern.subarray(from + shift, to + shift)
}

interface Writer {
  readonly log: number
  readonly build: BuildAnswer
  readonly step: number
  /** Everything below was answered with 204. */
  acknowledged: number
  /** Everything below may be stored. */
  sent: number
}

/** Where a writer leaves off, so that the pattern lasts on a fast machine too. */
const WRITER_MAX_BYTES = PATTERN_BYTES - 512 * 1024

/**
 * Appends chunk after chunk until the server is gone; some chunks are sent twice, and some begin
 * below the head.
 */
async function write(writer: Writer, random: (below: number) => number): Promise<void> {
  while (writer.acknowledged < WRITER_MAX_BYTES) {
    const at = random(4) === 0 ? Math.max(0, writer.acknowledged - random(500)) : writer.acknowledged
    const end = writer.acknowledged + 1 + random(random(10) === 0 ? 200_000 : 9_000)
    writer.sent = Math.max(writer.sent, end)
    const reply = await caller
      .append(writer.build, writer.step, at, bytesAt(writer.log, at, end))
      .catch(() => undefined)
    if (reply === undefined) return
    // Journal space may be short for a while.
    if (reply.status === 503) {
      await sleep(20)
      continue
    }
    assert.equal(reply.status, 204, reply.text)
    assert.equal(Number(reply.headers['upload-offset']), end)
    writer.acknowledged = end
  }
}

async function checkStored(by: Caller, writer: Writer): Promise<void> {
  const head = await by.head(writer.build, writer.step)
  const raw = await by.get(logPath(writer.build, writer.step))
  const where = `log ${writer.log}: head ${head}, acknowledged ${writer.acknowledged}, sent ${writer.sent}`
  assert.ok(head >= writer.acknowledged, `lost: ${where}`)
  assert.ok(head <= writer.sent, `more than was ever sent: ${where}`)
  assert.equal(raw.bytes.length, head, where)
  assert.equal(sha256(raw.bytes), sha256(bytesAt(writer.log, 0, head)), `other bytes: ${where}`)
  writer.acknowledged = head
}

test(`after kill -9, ${ROUNDS} times, nothing acknowledged is lost, doubled or changed`, async () => {
  const random = generator(20_261_121)
  const builds = await Promise.all(Array.from({ length: BUILDS }, () => caller.newBuild(STEPS)))
  const writers: Writer[] = builds.flatMap((build, n) =>
    build.steps.map(({ step_id }) => ({
      log: n * STEPS + step_id,
      build,
      step: step_id,
      acknowledged: 0,
      sent: 0,
    })),
  )
  for (let round = 0; round < ROUNDS; round++) {
    const writing = Promise.all(writers.map(writer => write(writer, generator(round * 1000 + writer.log))))
    await sleep(100 + random(500))
    await server.kill('SIGKILL')
    await writing
    await server.restart()
    await Promise.all(writers.map(writer => checkStored(caller, writer)))
  }
  assert.ok(writers.every(({ acknowledged }) => acknowledged > 0))
  await Promise.all(writers.map(writer => finish(writer)))
})

/**
 * The writer continues as if nothing had happened; the log is sealed and read back by both routes.
 */
async function finish(writer: Writer): Promise<void> {
  const { build, step, log } = writer
  const end = writer.acknowledged + 1000
  assert.equal(
    (await caller.append(build, step, writer.acknowledged, bytesAt(log, writer.acknowledged, end))).status,
    204,
  )
  const whole = sha256(bytesAt(log, 0, end))
  const reply = await caller.finishStep(build, step, { status: 'SUCCESS', size: end, sha256: whole })
  assert.deepEqual([reply.status, reply.json().verified], [200, true], reply.text)
  for (const path of [logPath(build, step), downloadPath(build, step, '&log_level=DEBUG')])
    assert.equal(sha256((await caller.get(path)).bytes), whole)
}

test('a server that is killed while it starts, starts again', async () => {
  const build = await caller.newLog('safe\n', { live: true })
  await server.kill('SIGKILL')
  for (const afterMs of [20, 60, 100, 150, 200, 300]) {
    const starting = spawn(
      process.execPath,
      [CLI, 'serve', '--listen', '127.0.0.1:0', '--data', server.data],
      { stdio: 'ignore', env: { PATH: process.env.PATH } },
    )
    const gone = new Promise(resolve => starting.once('close', resolve))
    await sleep(afterMs)
    starting.kill('SIGKILL')
    await gone
  }
  await server.restart()
  assert.equal((await caller.get(logPath(build, 1))).text, 'safe\n')
  assert.equal((await caller.append(build, 1, 5, 'more\n')).status, 204)
})
