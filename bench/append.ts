/**
 * Durable appends over HTTP, chunks of 2–16 KiB, to 1, 100 and 1,000 live logs. With `--against
 * DIR` the servers of two checkouts run side by side and take turns, and the ratios of their rates
 * and of their CPU time are printed; a ratio of rates above 1 means that this checkout is faster.
 * Stored bytes are compared by SHA-256 before anything is timed. `node bench/append.ts [--against
 * DIR] [--rounds N] [--seconds S] [--logs 1,100,1000]`
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { KIB } from '../src/contract/quantities.ts'
import { CHECKOUT, type ServerProcess, startServer } from '../test/props/server-process.ts'
import { admin, type BuildAnswer, type Caller, logPath, TUS } from '../test/props/wire.ts'
import { type Connection, openConnection } from './connection.ts'
import { cpuSeconds, median, ratioText } from './measure.ts'

const CONNECTIONS_MAX = 64
const CHECKED_LOGS = 8
const CHECKED_APPENDS = 40
const TEXT = Buffer.from(
  '[2026/01/01 00:00:00.000 GMT+00:00] [INFO] [step:run] : a line of log\n'.repeat(1000),
)

const { values: options } = parseArgs({
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '0.7' },
    logs: { type: 'string', default: '1,100,1000' },
  },
})

interface Log {
  readonly path: string
  head: number
  appends: number
}

interface Side {
  readonly name: string
  readonly server: ServerProcess
  readonly caller: Caller
  readonly logs: readonly Log[]
  readonly connections: readonly Connection[]
}

interface Round {
  readonly appends: number
  readonly bytes: number
  readonly seconds: number
  readonly cpuSeconds: number
}

const counts = options.logs.split(',').map(Number)
await using ending = new AsyncDisposableStack()
const ours = await openSide('this checkout', CHECKOUT)
const theirs = options.against === undefined ? undefined : await openSide('the other', options.against)
const sides = theirs === undefined ? [ours] : [ours, theirs]
for (const side of sides) await assertStoredExactly(side)
for (const count of counts) {
  const rounds = new Map(sides.map(side => [side, [] as Round[]]))
  for (const side of sides) await runRound(side, count, 1)
  for (let n = 0; n < Number(options.rounds); n++)
    for (const side of n % 2 === 0 ? sides : sides.toReversed())
      rounds.get(side)!.push(await runRound(side, count, Number(options.seconds)))
  console.log(`${count} live ${count === 1 ? 'log' : 'logs'}:`)
  for (const [{ name }, all] of rounds) console.log(`  ${name}: ${describe(all)}`)
  if (theirs !== undefined) console.log(`  ${compare(rounds.get(ours)!, rounds.get(theirs)!)}`)
}

async function openSide(name: string, checkout: string): Promise<Side> {
  const server = ending.use(await startServer({ checkout }))
  const caller = await admin(server)
  const build = await caller.newBuild(Math.max(...counts, CHECKED_LOGS))
  const logs = build.steps.map(({ step_id }) => ({ path: logPath(build, step_id), head: 0, appends: 0 }))
  const { hostname, port } = new URL(server.url)
  const connections: Connection[] = []
  for (let n = 0; n < CONNECTIONS_MAX; n++)
    connections.push(ending.use(await openConnection(hostname, Number(port))))
  return { name, server, caller, logs, connections }
}

/** Appends to a few logs, reads them back, and compares every byte. */
async function assertStoredExactly({ caller, connections }: Side): Promise<void> {
  const build: BuildAnswer = await caller.newBuild(CHECKED_LOGS)
  await Promise.all(
    build.steps.map(async ({ step_id }, i) => {
      const log = { path: logPath(build, step_id), head: 0, appends: i }
      const hash = createHash('sha256')
      for (let n = 0; n < CHECKED_APPENDS; n++) {
        hash.update(chunkOf(log))
        await append(connections[i]!, caller, log)
      }
      const { bytes } = await caller.get(log.path)
      assert.equal(createHash('sha256').update(bytes).digest('hex'), hash.digest('hex'))
    }),
  )
}

/** Each connection appends to its share of the first `count` logs, one request after the other. */
async function runRound(side: Side, count: number, seconds: number): Promise<Round> {
  const logs = side.logs.slice(0, count)
  const connections = side.connections.slice(0, count)
  let [appends, bytes] = [0, 0]
  const cpuBefore = cpuSeconds(side.server.pid)
  const beganMs = performance.now()
  const endMs = beganMs + seconds * 1000
  await Promise.all(
    connections.map(async (connection, i) => {
      const mine = logs.filter((_, n) => n % connections.length === i)
      for (let n = 0; performance.now() < endMs; n++) {
        const appended = await append(connection, side.caller, mine[n % mine.length]!)
        bytes += appended
        appends++
      }
    }),
  )
  const took = (performance.now() - beganMs) / 1000
  return { appends, bytes, seconds: took, cpuSeconds: cpuSeconds(side.server.pid) - cpuBefore }
}

function chunkOf({ path, appends }: Log): Buffer {
  const length = 2 * KIB + (((appends + path.length) * 7919) % (14 * KIB))
  const begin = (appends * 104_729) % (TEXT.length - length)
  return TEXT.subarray(begin, begin + length)
}

/** Resolves to how many bytes were appended. */
async function append(connection: Connection, caller: Caller, log: Log): Promise<number> {
  const chunk = chunkOf(log)
  const headers = { ...TUS, ...caller.headers, 'Upload-Offset': String(log.head) }
  const answer = await connection.send('PATCH', log.path, headers, chunk)
  log.head += chunk.length
  log.appends++
  assert.ok(answer.startsWith('HTTP/1.1 204 ') && answer.includes(`upload-offset: ${log.head}\r\n`), answer)
  return chunk.length
}

function ratePerS({ appends, seconds }: Round): number {
  return appends / seconds
}

function cpuMs({ appends, cpuSeconds }: Round): number {
  return (cpuSeconds * 1000) / appends
}

function describe(rounds: readonly Round[]): string {
  const megabytes = median(rounds.map(({ bytes, seconds }) => bytes / seconds / 1e6))
  const [rate, cpu] = [median(rounds.map(ratePerS)), median(rounds.map(cpuMs))]
  return `${rate.toFixed(0)} appends/s, ${megabytes.toFixed(1)} MB/s, ${cpu.toFixed(3)} ms of CPU each`
}

function compare(mine: readonly Round[], others: readonly Round[]): string {
  const rates = mine.map((round, i) => ratePerS(round) / ratePerS(others[i]!))
  const cpu = mine.map((round, i) => cpuMs(round) / cpuMs(others[i]!))
  // On a busy machine, the least disturbed round of each side says most.
  const least = Math.min(...mine.map(cpuMs)) / Math.min(...others.map(cpuMs))
  const text = `ratio of rates ${ratioText(rates)}, of CPU time ${ratioText(cpu)}`
  return `${text}, of the least CPU time ${least.toFixed(2)}`
}
