/**
 * How soon followers see what was appended: 500 streams of one log that grows at 1,000 lines/s,
 * from the beginning of the append to each follower's event. Every follower must see every byte
 * once. `node bench/follow.ts [followers] [seconds]`
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { followToEnd } from '../test/props/event-stream.ts'
import { startServer } from '../test/props/server-process.ts'
import { admin, logPath } from '../test/props/wire.ts'

const FOLLOWERS = Number(process.argv[2] ?? 500)
const SECONDS = Number(process.argv[3] ?? 10)
const LINES_PER_S = 1000
const APPENDS_PER_S = 20
const PERCENTILES = [0.5, 0.99, 1]

await using server = await startServer()
const caller = await admin(server)
const build = await caller.newBuild()
/** When the append that ends at an offset began. */
const beganMs = new Map<number, number>()
const latenciesMs: number[] = []
const following = Array.from({ length: FOLLOWERS }, () =>
  followToEnd(server, `${logPath(build, 1)}/events`, caller.headers, {
    onChunk: end => {
      const began = beganMs.get(end)
      if (began !== undefined) latenciesMs.push(performance.now() - began)
    },
  }),
)
await sleep(1000)
const hash = createHash('sha256')
let head = 0
for (let n = 0; n < SECONDS * APPENDS_PER_S; n++) {
  const due = sleep(1000 / APPENDS_PER_S)
  const lines = `${n} [INFO] a line of some length, as builds write them\n`.repeat(
    LINES_PER_S / APPENDS_PER_S,
  )
  beganMs.set(head + lines.length, performance.now())
  assert.equal((await caller.append(build, 1, head, lines)).status, 204)
  head += lines.length
  hash.update(lines)
  await due
}
assert.equal((await caller.finishStep(build, 1)).status, 200)
const wanted = hash.digest('hex')
for (const { sha256, connections } of await Promise.all(following))
  assert.deepEqual([sha256, connections], [wanted, 1])
const sorted = latenciesMs.toSorted((one, other) => one - other)
const figures = PERCENTILES.map(share => {
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share))
  return `p${share * 100} ${sorted[at]!.toFixed(1)} ms`
})
console.log(`${FOLLOWERS} followers, ${LINES_PER_S} lines/s: ${figures.join(', ')}; none lost, none repeated`)
