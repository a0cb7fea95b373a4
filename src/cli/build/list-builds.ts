import type { ListBuildsAnswer } from '../../contract/operations/reading/list-builds.ts'
import type { ListJobsAnswer } from '../../contract/operations/reading/list-jobs.ts'
import { byteText, timeText } from '../terminal/text.ts'
import { isJobId, parseBuildName } from './build-name.ts'
import { type Build, findBuild, findJob, type Lookup } from './find-build.ts'

/** What `tailrace builds` prints: as JSON, and as rows of a table. */
export interface Listing {
  readonly json: unknown
  readonly rows: readonly (readonly string[])[]
}

/** At most `count` jobs; with the name of a job its builds; with the name of a build its steps. */
export async function listBuilds(lookup: Lookup, text: string | undefined, count: number): Promise<Listing> {
  if (text === undefined) return ofJobs(await newestJobs(lookup, count))
  const name = parseBuildName(text, lookup.url)
  if ('recordId' in name || name.buildNo !== undefined) return ofSteps((await findBuild(lookup, text)).build)
  const { job_id } = isJobId(name.job) ? { job_id: name.job } : await findJob(lookup, name.job)
  return ofBuilds(await newestBuilds(lookup, job_id, count))
}

type Job = ListJobsAnswer['jobs'][number]
type Summary = ListBuildsAnswer['builds'][number]

function newestJobs({ client }: Lookup, count: number): Promise<Job[]> {
  return upTo(count, async part => {
    const { jobs, next_cursor } = await client.listJobs(part)
    return { entries: jobs, next: next_cursor }
  })
}

function newestBuilds({ client }: Lookup, jobId: string, count: number): Promise<Summary[]> {
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
