import { parseArgs } from 'node:util'
import type { SearchQuery } from '../../client/search-log.ts'
import { isTailraceError } from '../../contract/errors.ts'
import type { SearchHitAnswer } from '../../contract/operations/reading/search-log.ts'
import { BUILD_USAGE } from '../build/build-name.ts'
import { type Build, findBuild, findStep, type Lookup, type Step } from '../build/find-build.ts'
import { searchHere } from '../build/search-here.ts'
import { type Command, type CommandIo, UsageError } from '../command-line/command.ts'
import { clientOf } from '../connection/connection.ts'
import { complaintOf } from '../connection/explain-failure.ts'
import { LogOutput } from '../terminal/log-output.ts'
import { Interrupted, interruptible, OutputClosed } from '../terminal/process-end.ts'

const USAGE = `Usage: tailrace grep [-E] [-i] [-c] [-m COUNT] [--raw] [--json] [--] PATTERN BUILD [STEP]

Searches the log of a step, or the logs of all steps of a build, also while they grow. The server does it; where it is one that
cannot, the log is brought here and searched. Prints LINE:TEXT, or STEP:LINE:TEXT where there is more than one step.

  -E, --regex         PATTERN is a regular expression; by default it is the text itself
  -i, --ignore-case   take upper and lower case for the same
  -c, --count         print only how many lines have it
  -m, --max COUNT     end after so many lines
  --raw               let a terminal obey what the lines hold; without it, control sequences other than colours are shown
  --json              a line of JSON for each hit, {step_id, n, offset, text}; with --count {count}
  --profile NAME      the login to use instead of the environment

Exit codes, as of grep: 0 when there are hits, 1 when there are none, 2 for a failure.

${BUILD_USAGE}`

const FLAGS = {
  regex: { type: 'boolean', short: 'E', default: false },
  'ignore-case': { type: 'boolean', short: 'i', default: false },
  count: { type: 'boolean', short: 'c', default: false },
  max: { type: 'string', short: 'm' },
  raw: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type Flags = ReturnType<typeof parse>['values']
const parse = (args: string[]) => parseArgs({ args, options: FLAGS, strict: true, allowPositionals: true })

const EXIT_FAILURE = 2

export const command: Command = {
  summary: 'Search the logs of a build',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parse(args)
    const [pattern, build, step, ...others] = positionals
    if (pattern === undefined || build === undefined) throw new UsageError('PATTERN and BUILD are needed')
    if (pattern === '') throw new UsageError('PATTERN is empty')
    if (others.length > 0) throw new UsageError(`"${others[0]}" is one argument too many`)
    const query = queryOf(pattern, values)
    try {
      const { count, cut } = await interruptible(async signal => {
        const lookup = { ...clientOf(io), signal }
        const found = await findBuild(lookup, build)
        const named = step ?? found.step
        const steps = named === undefined ? found.build.steps : [findStep(found.build, named)]
        const output = new LogOutput(process.stdout, io.env, { raw: values.raw || values.json })
        return searchSteps(lookup, found.build, steps, query, values, output)
      })
      if (cut > 0) io.complain(`tailrace grep: ${cutText(cut)}; "tailrace get" brings them whole\n`)
      if (values.count) io.print(values.json ? `${JSON.stringify({ count })}\n` : `${count}\n`)
      return count > 0 ? 0 : 1
    } catch (error) {
      if (error instanceof UsageError || error instanceof Interrupted || error instanceof OutputClosed)
        throw error
      io.complain(`tailrace grep: ${complaintInGrep(error, io)}\n`)
      return EXIT_FAILURE
    }
  },
}

function queryOf(pattern: string, flags: Flags): SearchQuery {
  const { max } = flags
  if (max !== undefined && !/^[1-9][0-9]{0,8}$/.test(max))
    throw new UsageError(`--max is a number from 1 on, not ${max}`)
  const query = { pattern, regex: flags.regex, ignoreCase: flags['ignore-case'], countOnly: flags.count }
  return max === undefined ? query : { ...query, limit: Number(max) }
}

/** What the server calls q is PATTERN here. */
function complaintInGrep(error: unknown, io: CommandIo): string {
  const message = complaintOf(error, 'grep', io.env)
  return isTailraceError(error, 'invalid-parameter') ? message.replace(/^q\b/, 'PATTERN') : message
}

function cutText(lines: number): string {
  return lines === 1 ? '1 line is too long and was cut' : `${lines} lines are too long and were cut`
}

/** Resolves to how many lines were found, and how many of them were shown in part. */
async function searchSteps(
  lookup: Lookup,
  build: Build,
  steps: readonly Step[],
  query: SearchQuery,
  { json }: Flags,
  output: LogOutput,
): Promise<{ count: number; cut: number }> {
  let found = 0
  let cut = 0
  for (const { step_id, state } of steps) {
    if (state === 'waiting' || state === 'skipped') continue
    const left = query.limit === undefined ? {} : { limit: query.limit - found }
    if (left.limit === 0) break
    const hits = search(lookup, build, step_id, { ...query, ...left })
    if (query.countOnly) {
      found += await counted(hits)
      continue
    }
    for await (const hit of hits) {
      found++
      if (hit.truncated) cut++
      await output.write(
        json ? `${JSON.stringify({ step_id, ...hit })}\n` : lineOf(hit, step_id, steps.length > 1),
      )
    }
  }
  await output.end()
  return { count: found, cut }
}

async function counted(hits: AsyncGenerator<SearchHitAnswer, number>): Promise<number> {
  for (;;) {
    const next = await hits.next()
    if (next.done) return next.value
  }
}

function lineOf({ n, text }: SearchHitAnswer, stepId: number, severalSteps: boolean): string {
  return `${severalSteps ? `${stepId}:` : ''}${n}:${text}\n`
}

/** By the server; here, where it has no such route. Returns how many hits there are, yielded or not. */
async function* search(
  { client, signal }: Lookup,
  build: Build,
  stepId: number,
  query: SearchQuery,
): AsyncGenerator<SearchHitAnswer, number> {
  const step = { recordId: build.record_id, stepId }
  const call = signal === undefined ? {} : { signal }
  let begun = false
  try {
    const hits = client.searchLog(step, query, call)
    for (let next = await hits.next(); ; next = await hits.next()) {
      if (next.done) {
        if (next.value.complete || next.value.count === query.limit) return next.value.count
        throw new Error('the server ended the search before the end of the log: try a simpler PATTERN')
      }
      begun = true
      yield next.value
    }
  } catch (error) {
    if (begun || !isTailraceError(error, 'no-such-route')) throw error
  }
  const { body } = await client.downloadLog(step, call)
  return yield* searchHere(body, query)
}
