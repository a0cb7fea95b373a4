import type { TailraceClient } from '../../client/tailrace-client.ts'
import { isTailraceError } from '../../contract/errors.ts'
import type { ListJobsAnswer } from '../../contract/operations/reading/list-jobs.ts'
import type { ShowBuildAnswer } from '../../contract/operations/reading/show-build.ts'
import { closestWord } from '../command-line/closest-word.ts'
import { isJobId, parseBuildName } from './build-name.ts'

export type Build = ShowBuildAnswer
export type Step = Build['steps'][number]
type Job = ListJobsAnswer['jobs'][number]

/** The server to search on. `signal` cancels the search. */
export interface Lookup {
  readonly url: string
  readonly client: TailraceClient
  readonly signal?: AbortSignal
}

export interface FoundBuild {
  readonly build: Build
  /** The step that BUILD itself names, as a URL may. */
  readonly step?: string
}

const PART = { limit: 100 }

/** The build with this name. Rejects with a suggestion when there is none. */
export async function findBuild(lookup: Lookup, text: string): Promise<FoundBuild> {
  const name = parseBuildName(text, lookup.url)
  const recordId = 'recordId' in name ? name.recordId : await recordOf(lookup, name)
  try {
    const build = await lookup.client.showBuild(recordId, callOf(lookup))
    return { build, ...(name.step !== undefined && { step: name.step }) }
  } catch (error) {
    if (!isTailraceError(error, 'not-found')) throw error
    throw new Error(`unknown build ${text}; "tailrace builds" lists the builds`, { cause: error })
  }
}

/** The job with this name or id. Rejects with a suggestion when there is none. */
export async function findJob(lookup: Lookup, nameOrId: string): Promise<Pick<Job, 'job_id' | 'name'>> {
  const names: string[] = []
  for (let cursor: string | undefined; ; ) {
    const { jobs, next_cursor } = await lookup.client.listJobs(
      { ...PART, ...(cursor !== undefined && { cursor }) },
      callOf(lookup),
    )
    const found = jobs.find(({ name, job_id }) => name === nameOrId || job_id === nameOrId)
    if (found !== undefined) return found
    names.push(...jobs.map(({ name }) => name))
    if (next_cursor === null) break
    cursor = next_cursor
  }
  const meant = closestWord(nameOrId, names)
  throw new Error(`unknown job "${nameOrId}"; ${hint(meant, names, 'jobs')}`)
}

/** The step with this number, task_name or name. Throws with a suggestion when there is none. */
export function findStep(build: Build, text: string): Step {
  const [, number] = /^(?:stage)?([0-9]+)$/.exec(text) ?? []
  const byNumber = build.steps.find(({ step_id }) => step_id === Number(number))
  const byName = build.steps.filter(({ name }) => name === text)
  const found = byNumber ?? (byName.length === 1 ? byName[0] : undefined)
  if (found !== undefined) return found
  const names = build.steps.map(({ name }) => name)
  const listed = build.steps.map(({ step_id, name }) => `${step_id} (${name})`)
  if (byName.length > 1) throw new Error(`several steps are named "${text}"; use the number of the step`)
  // A number is similar to no name.
  const meant = number === undefined ? closestWord(text, names) : undefined
  throw new NoSuchStep(`unknown step "${text}" of ${nameOf(build)}; ${hint(meant, listed, 'steps')}`)
}

/** While the build runs, the step may still be created. */
export class NoSuchStep extends Error {}

export function nameOf({ job_name, build_no }: Build): string {
  return `${job_name}#${build_no}`
}

async function recordOf(
  lookup: Lookup,
  name: { readonly job: string; readonly buildNo?: number },
): Promise<string> {
  const { client } = lookup
  const { job_id } = isJobId(name.job) ? { job_id: name.job } : await findJob(lookup, name.job)
  if (name.buildNo !== undefined) {
    try {
      return await client.findRecord(job_id, name.buildNo, callOf(lookup))
    } catch (error) {
      if (!isTailraceError(error, 'not-found')) throw error
    }
  }
  const [latest] = (await client.listBuilds(job_id, { limit: 1 }, callOf(lookup))).builds
  if (latest === undefined) throw new Error(`job "${name.job}" has no builds that you may read`)
  if (name.buildNo === undefined) return latest.record_id
  throw new Error(`unknown build ${name.job}#${name.buildNo}; the latest is #${latest.build_no}`)
}

function hint(meant: string | undefined, known: readonly string[], what: string): string {
  if (meant !== undefined) return `did you mean "${meant}"?`
  if (known.length === 0) return `there are no ${what} yet`
  return `${what}: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', ...' : ''}`
}

function callOf({ signal }: Lookup) {
  return signal === undefined ? {} : { signal }
}
