/**
 * Pages of a step's log over HTTP: 1000 and 10 lines, in the middle and at the tail, of a live log
 * in the journal and of a finished log in packs; and the poll of a reader who has read everything.
 * With `--against DIR` the servers of two checkouts run side by side and take turns, and the ratios
 * of their rates and of their CPU time are printed; a ratio of rates above 1 means that this
 * checkout is faster. All pages are compared with the log before anything is timed. `node
 * bench/page.ts [--against DIR] [--rounds N] [--seconds S] [--only TEXT]`; TEXT is a part of the
 * case's name.
 */
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { CHECKOUT, type ServerProcess, startServer } from '../test/props/server-process.ts'
import { admin, type Caller, eventually, pagePath } from '../test/props/wire.ts'
import { type Connection, openConnection } from './connection.ts'
import { cpuSeconds, median, ratioText } from './measure.ts'

const CONNECTIONS = 4
const LINE_BYTES = 92
/** Less than a frame, so that all of it is in the journal. */
const LIVE_LINES = 2600
const SEALED_LINES = 50_000
/** Enough for the compiler to settle, on a busy machine too. */
const WARM_UP_PAGES = 1500
const PACKED_WITHIN_MS = 60_000

const { values: options } = parseArgs({
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '0.5' },
    only: { type: 'string', default: '' },
  },
})

/** A page, and the lines `[from, to)` of the log that it must have. */
interface Case {
  readonly name: string
  readonly log: 'live' | 'sealed'
  readonly size: number
  readonly window: { readonly start_offset: number; readonly sort?: string }
  readonly from: number
  readonly to: number
}

interface Side {
  readonly name: string
  readonly server: ServerProcess
  readonly caller: Caller
  readonly connections: readonly Connection[]
  readonly pathOf: (one: Case) => string
}

interface Round {
  readonly pagesPerS: number
  readonly cpuMs: number
}

const CASES: readonly Case[] = [
  ...(['live', 'sealed'] as const).flatMap(log => [1000, 10].flatMap(size => casesOf(log, size))),
  {
    name: 'poll of a live log, nothing new',
    log: 'live',
    size: 1000,
    window: { start_offset: LIVE_LINES * LINE_BYTES },
    from: LIVE_LINES,
    to: LIVE_LINES,
  },
]

await using ending = new AsyncDisposableStack()
const ours = await openSide('this checkout', CHECKOUT)
const theirs = options.against === undefined ? undefined : await openSide('the other', options.against)
const sides = theirs === undefined ? [ours] : [ours, theirs]
const cases = CASES.filter(({ name }) => name.includes(options.only))
for (const one of cases) {
  const bodies = await Promise.all(sides.map(side => checkedPage(side, one)))
  assert.ok(bodies.every(body => body === bodies[0]))
  for (const side of sides) await readPages(side, one, done => done < WARM_UP_PAGES / cases.length)
}
for (const one of cases) {
  const rounds = new Map(sides.map(side => [side, [] as Round[]]))
  for (let n = 0; n < Number(options.rounds); n++)
    for (const side of n % 2 === 0 ? sides : sides.toReversed())
      rounds.get(side)!.push(await runRound(side, one, Number(options.seconds)))
  console.log(`${one.name}:`)
  for (const [{ name }, all] of rounds) console.log(`  ${name}: ${describe(all)}`)
  if (theirs !== undefined) console.log(`  ${compare(rounds.get(ours)!, rounds.get(theirs)!)}`)
}

function casesOf(log: Case['log'], size: number): readonly Case[] {
  const lines = log === 'live' ? LIVE_LINES : SEALED_LINES
  const middle = Math.floor((lines - size) / 2)
  const name = `${size} lines of a ${log} log`
  const start_offset = middle * LINE_BYTES
  return [
    { name: `${name}, middle`, log, size, window: { start_offset }, from: middle, to: middle + size },
    {
      name: `${name}, tail`,
      log,
      size,
      window: { start_offset: 0, sort: 'desc' },
      from: lines - size,
      to: lines,
    },
  ]
}

function linesOf(from: number, to: number): string {
  const line = (_: unknown, n: number) => `[INFO] line ${from + n} of a log, `.padEnd(LINE_BYTES - 1, 'abc ')
  return Array.from({ length: to - from }, line)
    .concat('')
    .join('\n')
}

async function openSide(name: string, checkout: string): Promise<Side> {
  const server = ending.use(await startServer({ checkout }))
  const caller = await admin(server)
  const build = await caller.newBuild(2)
  const live = Buffer.from(`${linesOf(0, LIVE_LINES)}not yet a whole li`)
  const sealed = Buffer.from(linesOf(0, SEALED_LINES))
  for (const [step, bytes] of [
    [1, live],
    [2, sealed],
  ] as const)
    for (let at = 0; at < bytes.length; at += 8192)
      assert.equal((await caller.append(build, step, at, bytes.subarray(at, at + 8192))).status, 204)
  assert.equal((await caller.finishStep(build, 2)).status, 200)
  await eventually(async () => {
    const { text } = await caller.get('/metrics')
    const packed = /^tailrace_log_bytes_packed_total (\d+)$/m.exec(text)?.[1]
    assert.equal(Number(packed), sealed.length, 'the finished log, and no other, is in packs')
  }, PACKED_WITHIN_MS)
  const { hostname, port } = new URL(server.url)
  const connections: Connection[] = []
  for (let n = 0; n < CONNECTIONS; n++)
    connections.push(ending.use(await openConnection(hostname, Number(port))))
  const pathOf = ({ log, size, window }: Case) =>
    pagePath(build, { step_id: log === 'live' ? 1 : 2, size, ...window })
  return { name, server, caller, connections, pathOf }
}

/** The body of the page, whose text is compared with the log's. */
async function checkedPage({ caller, pathOf }: Side, one: Case): Promise<string> {
  const reply = await caller.get(pathOf(one))
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.json().result.log, linesOf(one.from, one.to), one.name)
  return reply.text
}

async function runRound(side: Side, one: Case, seconds: number): Promise<Round> {
  const cpuBefore = cpuSeconds(side.server.pid)
  const beganMs = performance.now()
  const pages = await readPages(side, one, () => performance.now() < beganMs + seconds * 1000)
  const took = (performance.now() - beganMs) / 1000
  return { pagesPerS: pages / took, cpuMs: ((cpuSeconds(side.server.pid) - cpuBefore) * 1000) / pages }
}

/**
 * Reads the page on all connections as long as `isNext` of the pages read so far; resolves to their
 * number.
 */
async function readPages(side: Side, one: Case, isNext: (done: number) => boolean): Promise<number> {
  const path = side.pathOf(one)
  let pages = 0
  await Promise.all(
    side.connections.map(async connection => {
      while (isNext(pages)) {
        const answer = await connection.send('GET', path, side.caller.headers)
        assert.ok(answer.startsWith('HTTP/1.1 200 '), answer)
        pages++
      }
    }),
  )
  return pages
}

function describe(rounds: readonly Round[]): string {
  const rate = median(rounds.map(({ pagesPerS }) => pagesPerS))
  return `${rate.toFixed(0)} pages/s, ${median(rounds.map(({ cpuMs }) => cpuMs)).toFixed(3)} ms of CPU each`
}

function compare(mine: readonly Round[], others: readonly Round[]): string {
  const rates = mine.map(({ pagesPerS }, i) => pagesPerS / others[i]!.pagesPerS)
  const cpu = mine.map(({ cpuMs }, i) => cpuMs / others[i]!.cpuMs)
  return `ratio of rates ${ratioText(rates)}, of CPU time ${ratioText(cpu)}`
}
