import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import type { RecordId } from '../../contract/ids.ts'
import type { Principal } from '../access/principal.ts'
import { assertMayWrite, assertMayWriteSome } from '../access/principal.ts'
import type { Build, BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { Notifier } from '../ports/notifier.ts'
import { type NewStep, numberSteps } from './create-build.ts'

export interface AddedSteps {
  readonly build: Build
  /** All steps of the build, in step order. */
  readonly steps: readonly Step[]
  /** False for a repeat: every step existed already. */
  readonly created: boolean
}

/**
 * Two runners may number their steps at the same moment. The slower one tries again, this many
 * times in all.
 */
const ATTEMPTS = 8

/**
 * Adds steps to a build (docs/api.md §4). A step without step_id that has the name of an existing
 * step is that step, so that a repeat changes nothing. Rejects with `not-found`, `not-allowed`,
 * `invalid-parameter`, and `already-exists` when a given number belongs to a step of another name.
 */
export async function addSteps(
  { builds, notifier }: { readonly builds: BuildCatalog; readonly notifier: Notifier },
  who: Principal,
  record: RecordId,
  wanted: readonly NewStep[],
): Promise<AddedSteps> {
  assertMayWriteSome(who, record)
  const build = await builds.findBuild(who.projectId, { recordId: record })
  if (build === undefined) throw new TailraceError('not-found', 'The build does not exist.')
  assertMayWrite(who, build)
  for (let attempt = 1; ; attempt++) {
    const before = await builds.listSteps(build.projectId, record)
    try {
      await builds.addSteps(build.projectId, record, numberSteps(wanted, before))
      notifier.announceBuild(build.projectId, record)
      await skipIfOver({ builds }, build)
      const steps = await builds.listSteps(build.projectId, record)
      return { build, steps, created: steps.length > before.length }
    } catch (error) {
      const raced = isTailraceError(error, 'already-exists') && wanted.some(step => step.stepId === undefined)
      if (!raced || attempt === ATTEMPTS) throw error
    }
  }
}

/**
 * Skips steps that are added to a finished build, so that nobody waits for them. An append still
 * makes them running.
 */
async function skipIfOver({ builds }: { readonly builds: BuildCatalog }, build: Build): Promise<void> {
  const now = await builds.findBuild(build.projectId, build)
  if (now?.outcome === undefined) return
  for (const { log, state } of await builds.listSteps(build.projectId, build.recordId))
    if (state === 'waiting') await builds.changeStep(log, ['waiting'], { state: 'skipped' })
}
