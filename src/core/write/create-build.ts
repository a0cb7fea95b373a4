import { TailraceError } from '../../contract/errors.ts'
import type { JobId, RecordId, StepId } from '../../contract/ids.ts'
import { STEP_ID_MAX, STEPS_MAX_PER_BUILD } from '../../contract/limits.ts'
import { assertMayCreateBuild, assertMayWrite, type Principal } from '../access/principal.ts'
import type { Build, BuildCatalog, BuildDraft, Step, StepDraft } from '../ports/build-catalog.ts'
import type { Clock, IdGenerator } from '../ports/capabilities.ts'
import type { Quotas } from './quotas.ts'

export interface NewStep {
  readonly name: string
  readonly stepId?: StepId
}

export interface NewBuild {
  readonly job: { readonly id: JobId } | { readonly name: string }
  readonly recordId?: RecordId
  readonly source: string
  readonly steps: readonly NewStep[]
}

export interface CreatedBuild {
  readonly build: Build
  readonly steps: readonly Step[]
  /** False for a repeat: the build existed already. */
  readonly created: boolean
}

interface Ports {
  readonly builds: BuildCatalog
  readonly clock: Clock
  readonly idGenerator: IdGenerator
  readonly quotas: Quotas
}

/**
 * Creates a build (docs/api.md §4), and its job if the name is new. A repeat with the same
 * record_id resolves to the build as it is. Rejects with `not-found` for an unknown job id,
 * `invalid-parameter` for step numbers that repeat, `already-exists` when the record belongs to
 * another job, `not-allowed` when another runner created it, and `rate-limited` when the project
 * has too many open builds.
 */
export async function createBuild(ports: Ports, who: Principal, wanted: NewBuild): Promise<CreatedBuild> {
  assertMayCreateBuild(who)
  const { builds, clock, idGenerator } = ports
  const { build, created } = await createCounted(ports, {
    projectId: who.projectId,
    recordId: wanted.recordId ?? idGenerator.recordId(),
    job: 'id' in wanted.job ? wanted.job : { name: wanted.job.name, idIfNew: idGenerator.jobId() },
    source: wanted.source,
    creatorId: who.userId,
    createdAtMs: clock(),
    steps: numberSteps(wanted.steps, []),
  })
  if (!created) assertRepeats(who, wanted, build)
  return { build, created, steps: await builds.listSteps(build.projectId, build.recordId) }
}

/**
 * Counts the build before it is created, so that callers who race cannot pass the limit together.
 */
async function createCounted(
  { builds, quotas }: Ports,
  draft: BuildDraft,
): Promise<{ readonly build: Build; readonly created: boolean }> {
  const wasCounted = quotas.countsBuild(draft)
  if (!quotas.takeBuild(draft, draft.createdAtMs)) {
    const build = await builds.findBuild(draft.projectId, draft)
    if (build === undefined) throw quotas.tooManyBuilds()
    return { build, created: false }
  }
  try {
    const made = await builds.createBuild(draft)
    if (made.build.outcome !== undefined) quotas.endBuild(draft)
    return made
  } catch (error) {
    if (!wasCounted) quotas.endBuild(draft)
    throw error
  }
}

function assertRepeats(who: Principal, wanted: NewBuild, build: Build): void {
  assertMayWrite(who, build)
  const sameJob = 'id' in wanted.job ? wanted.job.id === build.jobId : wanted.job.name === build.jobName
  if (!sameJob) throw new TailraceError('already-exists', 'record_id belongs to a build of another job.')
}

/**
 * Numbers steps. A given step_id is kept. A step without one gets the number of the existing step
 * of that name, or else the next number after all others. Throws `invalid-parameter` when a number
 * is given twice or there are too many steps.
 */
export function numberSteps(
  wanted: readonly NewStep[],
  existing: readonly StepDraft[],
): readonly StepDraft[] {
  const byName = new Map(existing.map(step => [step.name, step.stepId]))
  const drafts = new Map<StepId, StepDraft>()
  let last = Math.max(0, ...existing.map(step => step.stepId), ...wanted.map(step => step.stepId ?? 0))
  for (const { name, stepId } of wanted) {
    const number = stepId ?? byName.get(name) ?? ++last
    if (stepId !== undefined && drafts.has(number))
      throw new TailraceError('invalid-parameter', `steps: step_id ${number} is given twice.`)
    drafts.set(number, { stepId: number, name })
  }
  if (last > STEP_ID_MAX)
    throw new TailraceError('invalid-parameter', `steps: no step_id is left below ${STEP_ID_MAX}.`)
  const all = new Set([...existing.map(step => step.stepId), ...drafts.keys()])
  if (all.size > STEPS_MAX_PER_BUILD)
    throw new TailraceError('invalid-parameter', `steps: a build has at most ${STEPS_MAX_PER_BUILD} steps.`)
  return [...drafts.values()]
}
