/**
 * What `npm test` runs: every `*.test.ts` of the repository, or of the paths given as arguments.
 * One process runs one file, and one file more than there are cores runs at a time. The last lines
 * give the reason of each skipped test, the counts of node:test, the slowest files and the time of
 * the whole run.
 */
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { withSkipReasons } from './skip-reasons.ts'
import { TestTimes } from './test-times.ts'

const ROOT = dirname(import.meta.dirname)
const PATTERNS = ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts']
/** No test may run longer than this. The slowest file takes about a tenth of it. */
const TEST_TIMEOUT_MS = 15 * 60_000
/**
 * A file that has not ended by then, for example because something stays open, is ended and fails.
 */
const FILE_TIMEOUT_MS = TEST_TIMEOUT_MS + 30_000

/**
 * Loaded into each test process: the timeout of node:test ends tests, but not a process that
 * something keeps open.
 */
const FILE_DEADLINE = `setTimeout(() => {
  console.error('The file has not ended after ${FILE_TIMEOUT_MS / 1000} s.')
  process.exit(1)
}, ${FILE_TIMEOUT_MS}).unref()`

/**
 * Files wait for servers and timers for about a quarter of their time: one more than there are
 * cores fills it.
 */
const FILES_AT_ONCE = availableParallelism() + 1

/**
 * Lets the processes of a run share compiled code. Most of the time in which a server or a command
 * starts is spent on turning TypeScript into code, and a run starts many hundred of them. Disposing
 * removes what they shared; so does a signal that ends the run.
 */
function shareCompiledCode(): Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-compiled-'))
  process.env.NODE_COMPILE_CACHE = folder
  const remove = () => rmSync(folder, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      remove()
      // The listener is gone by now, so this ends the process as the signal would have.
      process.kill(process.pid, signal)
    })
  return { [Symbol.dispose]: remove }
}

/**
 * The test files of the repository, or those that the paths (files or folders) name, as absolute
 * paths.
 */
function testFiles(paths: readonly string[]): string[] {
  if (paths.length === 0)
    return globSync(PATTERNS, { cwd: ROOT })
      .sort()
      .map(file => join(ROOT, file))
  return paths.flatMap(path =>
    statSync(path).isDirectory()
      ? globSync('**/*.test.ts', { cwd: path })
          .sort()
          .map(file => resolve(path, file))
      : [resolve(path)],
  )
}

async function main(paths: readonly string[]): Promise<number> {
  const files = testFiles(paths)
  if (files.length === 0) {
    console.error(`no test files in ${paths.length === 0 ? PATTERNS.join(' ') : paths.join(' ')}`)
    return 1
  }
  using _ = shareCompiledCode()
  const beganMs = performance.now()
  const shortName = (file: string) => relative(ROOT, file)
  const times = new TestTimes()
  let failed = false
  const events = run({
    files,
    concurrency: FILES_AT_ONCE,
    timeout: TEST_TIMEOUT_MS,
    execArgv: [`--import=data:text/javascript,${encodeURIComponent(FILE_DEADLINE)}`],
  })
  events.on('data', event => times.add(event))
  events.on('test:fail', event => {
    if (event.todo === undefined || event.todo === false) failed = true
  })
  await pipeline(events, source => withSkipReasons(source, shortName), new spec(), process.stdout, {
    end: false,
  })
  console.log(times.report(performance.now() - beganMs, shortName))
  return failed ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
