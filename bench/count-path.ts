/**
 * Counts the functions, and the files they are in, that one append and one page run on the server.
 * Counted is our own code under src/, by V8's precise coverage around one request at a time; what
 * only some of the requests run is not counted, so that work in the background does not add to the
 * figures. `node bench/count-path.ts [CHECKOUT] [--list]`
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { openInspector } from '../test/props/inspector.ts'
import { CHECKOUT, startServer } from '../test/props/server-process.ts'
import { admin } from '../test/props/wire.ts'

const WARM_UP_REQUESTS = 300
const COUNTED_REQUESTS = 10
/** Long enough that what follows an answer has run. */
const SETTLE_MS = 50
const LINES = Buffer.from('[INFO] a line of a log, as builds write them\n'.repeat(100))

interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly {
      readonly functionName: string
      readonly ranges: readonly { readonly startOffset: number; readonly count: number }[]
    }[]
  }[]
}

const list = process.argv.includes('--list')
const checkout = process.argv.slice(2).find(argument => !argument.startsWith('--')) ?? CHECKOUT
const sources = `${pathToFileURL(checkout).href.replace(/\/$/, '')}/src/`

await using server = await startServer({ checkout, env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } })
await using inspector = await openInspector(server.stderr)
await inspector.call('Profiler.enable')
await inspector.call('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
const caller = await admin(server)
const build = await caller.newBuild()

let head = 0
const append = async () => {
  const reply = await caller.append(build, 1, head, LINES)
  assert.equal(reply.status, 204, reply.text)
  head += LINES.length
}
const page = async () => {
  const reply = await caller.page(build, { size: 100 })
  assert.equal(reply.json().result.log, LINES.toString())
}
for (const [name, request] of [
  ['append', append],
  ['page', page],
] as const) {
  for (let i = 0; i < WARM_UP_REQUESTS; i++) await request()
  const runs: Set<string>[] = []
  for (let i = 0; i < COUNTED_REQUESTS; i++) runs.push(await functionsRunBy(request))
  const always = [...runs[0]!].filter(one => runs.every(run => run.has(one))).toSorted()
  const files = new Set(always.map(one => one.slice(0, one.indexOf(':'))))
  console.log(`one ${name}: ${always.length} functions in ${files.size} files`)
  if (list) console.log(always.map(one => `  ${one}`).join('\n'))
}

/** The functions of our own that run while one request is served, each as `file:offset name`. */
async function functionsRunBy(request: () => Promise<void>): Promise<Set<string>> {
  await sleep(SETTLE_MS)
  await inspector.call('Profiler.takePreciseCoverage')
  await request()
  await sleep(SETTLE_MS)
  const { result } = (await inspector.call('Profiler.takePreciseCoverage')) as Coverage
  return new Set(
    result.flatMap(({ url, functions }) =>
      url.startsWith(sources)
        ? functions
            .filter(({ ranges }) => ranges[0]!.count > 0)
            .map(
              ({ functionName, ranges }) =>
                `${url.slice(sources.length)}:${ranges[0]!.startOffset} ${functionName}`,
            )
        : [],
    ),
  )
}
