/**
 * What `npm test` runs: every `*.test.ts` of the house, or of the paths given as arguments, one process per file and
 * one file per core at a time. Ends with the reasons of all skipped tests and the summary lines of node:test.
 */
import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { withSkipReasons } from './skip-reasons.ts'

const ROOT = dirname(import.meta.dirname)
const PATTERNS = ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts']
/** No test may hang for ever; the slowest file takes about a tenth of this. */
const FILE_TIMEOUT_MS = 15 * 60_000

/** The test files of the house, or those that the paths (files or folders) name. */
function testFiles(paths: readonly string[]): string[] {
  if (paths.length === 0)
    return globSync(PATTERNS, { cwd: ROOT })
      .sort()
      .map(file => join(ROOT, file))
  return paths.flatMap(path =>
    statSync(path).isDirectory()
      ? globSync('**/*.test.ts', { cwd: path })
          .sort()
          .map(file => join(path, file))
      : [path],
  )
}

async function main(paths: readonly string[]): Promise<number> {
  const files = testFiles(paths)
  if (files.length === 0) {
    console.error(`no test files in ${paths.length === 0 ? PATTERNS.join(' ') : paths.join(' ')}`)
    return 1
  }
  let failed = false
  const events = run({ files, concurrency: availableParallelism(), timeout: FILE_TIMEOUT_MS })
  events.on('test:fail', event => {
    if (event.todo === undefined || event.todo === false) failed = true
  })
  await pipeline(
    events,
    source => withSkipReasons(source, file => relative(ROOT, file)),
    new spec(),
    process.stdout,
    {
      end: false,
    },
  )
  return failed ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
