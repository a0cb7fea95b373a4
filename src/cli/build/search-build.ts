import type { SearchQuery } from '../../client/search-log.ts'
import { isTailraceError } from '../../contract/errors.ts'
import type { SearchHitAnswer } from '../../contract/operations/reading/search-log.ts'
import { type CommandIo, UsageError } from '../command-line/command.ts'
import { clientOf } from '../connection/connection.ts'
import { explainFailure } from '../connection/explain-failure.ts'
import { LogOutput } from '../terminal/log-output.ts'
import { Interrupted, interruptible, OutputClosed } from '../terminal/process-end.ts'
import { type Build, findBuild, findStep, type Lookup, type Step } from './find-build.ts'
import { searchHere } from './search-here.ts'

const EXIT_FAILURE = 2

interface SearchOptions extends SearchQuery {
  readonly raw: boolean
  readonly json: boolean
}

/**
 * `tailrace grep`: prints the lines that match, and resolves to the exit code, as grep defines it.
 */
export async function searchBuild(
  buildName: string,
  stepName: string | undefined,
  options: SearchOptions,
  io: CommandIo,
): Promise<number> {
  if (options.pattern === '') throw new UsageError('PATTERN is empty')
  const { json } = options
  try {
    const { count, cut } = await interruptible(async signal => {
      const lookup = { ...clientOf(io), signal }
      const found = await findBuild(lookup, buildName)
      const named = stepName ?? found.step
      const steps = named === undefined ? found.build.steps : [findStep(found.build, named)]
      const output = new LogOutput(process.stdout, io.env, { raw: options.raw || json })
      return searchSteps(lookup, found.build, steps, options, output)
    })
    if (cut > 0) io.warn(`tailrace grep: ${cutText(cut)}; "tailrace get" shows them in full\n`)
    if (options.countOnly) io.print(json ? `${JSON.stringify({ count })}\n` : `${count}\n`)
    return count > 0 ? 0 : 1
  } catch (error) {
    if (error instanceof UsageError || error instanceof Interrupted || error instanceof OutputClosed)
      throw error
    io.warn(`tailrace grep: ${failureText(error, io)}\n`)
    return EXIT_FAILURE
  }
}

/** What the server calls q is PATTERN here. */
function failureText(error: unknown, io: CommandIo): string {
  const message = explainFailure(error, 'grep', io.env)
  return isTailraceError(error, 'invalid-parameter') ? message.replace(/^q\b/, 'PATTERN') : message
}

function cutText(lines: number): string {
  return lines === 1 ? '1 line is too long and was cut' : `${lines} lines are too long and were cut`
}

/** Resolves to the number of lines that match, and of those that were shown in part. */
async function searchSteps(
  lookup: Lookup,
  build: Build,
  steps: readonly Step[],
  { raw: _raw, json, ...query }: SearchOptions,
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

/** Searches on the server or, where it has no such route, here. Returns the number of hits. */
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
        throw new Error('the server stopped the search before the end of the log; try a simpler PATTERN')
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
