import { parseArgs } from 'node:util'
import type { ListBuildsAnswer } from '../../contract/operations/reading/list-builds.ts'
import type { ListJobsAnswer } from '../../contract/operations/reading/list-jobs.ts'
import { BUILD_USAGE, isJobId, parseBuildName } from '../build/build-name.ts'
import { type Build, findBuild, findJob, type Lookup } from '../build/find-build.ts'
import { type Command, UsageError } from '../command-line/command.ts'
import { columns } from '../connection/administration.ts'
import { clientOf } from '../connection/connection.ts'
import { timeText } from '../terminal/time-text.ts'
import { byteText } from '../terminal/transfer-progress.ts'

const USAGE = `Usage: tailrace builds [-n COUNT] [--json]
       tailrace builds [-n COUNT] [--json] JOB
       tailrace builds [--json] BUILD

Lists the jobs with their latest builds; the builds of one job; or the steps of one build. The newest stand first.

  -n, --count COUNT   so many at most; 20 by default
  --json              print JSON instead: an array of jobs or of builds, or the build
  --profile NAME      the login to use instead of the environment

${BUILD_USAGE}Here JOB alone is the job.
`

const FLAGS = {
  count: { type: 'string', short: 'n', default: '20' },
  json: { type: 'boolean', default: false },
} as const

interface Listing {
  readonly json: unknown
  readonly rows: readonly (readonly string[])[]
}

export const command: Command = {
  summary: 'List jobs, builds, and the steps of a build',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, options: FLAGS, strict: true, allowPositionals: true })
    const [name, ...others] = positionals
    if (others.length > 0) throw new UsageError(`"${others[0]}" is one argument too many`)
    const count = countOf(values.count)
    const { json, rows } = await list(clientOf(io), name, count)
    io.print(values.json ? `${JSON.stringify(json)}\n` : columns(rows))
    return 0
  },
}

async function list(lookup: Lookup, text: string | undefined, count: number): Promise<Listing> {
  if (text === undefined) return ofJobs(await listJobs(lookup, count))
  const name = parseBuildName(text, lookup.url)
  if ('recordId' in name || name.buildNo !== undefined) return ofSteps((await findBuild(lookup, text)).build)
  const { job_id } = isJobId(name.job) ? { job_id: name.job } : await findJob(lookup, name.job)
  return ofBuilds(await listBuilds(lookup, job_id, count))
}

type Job = ListJobsAnswer['jobs'][number]
type Summary = ListBuildsAnswer['builds'][number]

function listJobs({ client }: Lookup, count: number): Promise<Job[]> {
  return upTo(count, async part => {
    const { jobs, next_cursor } = await client.listJobs(part)
    return { entries: jobs, next: next_cursor }
  })
}

function listBuilds({ client }: Lookup, jobId: string, count: number): Promise<Summary[]> {
  return upTo(count, async part => {
    const { builds, next_cursor } = await client.listBuilds(jobId, part)
    return { entries: builds, next: next_cursor }
  })
}

async function upTo<T>(
  count: number,
  read: (part: { limit: number; cursor?: string }) => Promise<{ entries: readonly T[]; next: string | null }>,
): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null = null; all.length < count; ) {
    const limit = Math.min(100, count - all.length)
    const { entries, next } = await read({ limit, ...(cursor !== null && { cursor }) })
    all.push(...entries)
    if (next === null) break
    cursor = next
  }
  return all
}

function ofJobs(jobs: readonly Job[]): Listing {
  const rows = jobs.map(({ name, latest_build: latest, job_id }) =>
    latest === null
      ? [name, '-', '-', '-', job_id]
      : [name, `#${latest.build_no}`, statusOf(latest), timeText(latest.created_at), job_id],
  )
  return { json: jobs, rows: [['JOB', 'LATEST', 'STATUS', 'BEGAN', 'JOB ID'], ...rows] }
}

function ofBuilds(builds: readonly Summary[]): Listing {
  const rows = builds.map(build => [
    `#${build.build_no}`,
    statusOf(build),
    timeText(build.created_at),
    durationOf(build.created_at, build.finished_at),
    build.source,
    build.record_id,
  ])
  return { json: builds, rows: [['BUILD', 'STATUS', 'BEGAN', 'TOOK', 'SOURCE', 'RECORD'], ...rows] }
}

function ofSteps(build: Build): Listing {
  const rows = build.steps.map(step => [
    String(step.step_id),
    step.name,
    step.status ?? step.state.toUpperCase(),
    durationOf(step.began_at, step.finished_at),
    byteText(step.size),
  ])
  return { json: build, rows: [['STEP', 'NAME', 'STATUS', 'TOOK', 'SIZE'], ...rows] }
}

function statusOf({ status }: { readonly status: string | null }): string {
  return status ?? 'RUNNING'
}

function durationOf(from: string | null, to: string | null): string {
  if (from === null || to === null) return '-'
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return [hours && `${hours}h`, (hours || minutes) && `${minutes}m`, `${seconds % 60}s`]
    .filter(Boolean)
    .join(' ')
}

function countOf(text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new UsageError(`--count is a number from 1 on, not ${text}`)
  return Number(text)
}
