import type { StepId } from '../../contract/ids.ts'
import type { Build, BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { Notifier } from '../ports/notifier.ts'
import { isFinished } from '../read/snapshot-log.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly notifier: Notifier
}

/** What a follower of a build is told: the build, or one of its steps, as it stands now. */
export type BuildChange = { readonly build: Build } | { readonly step: Step }

/** A hint may be missed: the build is read again after this long without one. */
const RECHECK_MS = 10_000

/** True when the build has its result and nothing is expected of any step. */
export async function isBuildOver({ builds }: Pick<Ports, 'builds'>, build: Build): Promise<boolean> {
  return (
    build.outcome !== undefined && (await builds.listSteps(build.projectId, build.recordId)).every(isFinished)
  )
}

/**
 * Yields the build and its steps as they are, then each that changed since it was last yielded. Returns the build when it is over,
 * undefined when `signal` aborts or the build is deleted.
 */
export async function* followBuild(
  { builds, notifier }: Ports,
  { projectId, recordId }: Build,
  signal: AbortSignal,
): AsyncGenerator<BuildChange, Build | undefined> {
  using hints = notifier.listenBuild(projectId, recordId)
  const told = new Map<StepId | 'build', string>()
  const isNews = (key: StepId | 'build', state: readonly unknown[]) => {
    const text = state.join()
    if (told.get(key) === text) return false
    told.set(key, text)
    return true
  }
  while (!signal.aborted) {
    const build = await builds.findBuild(projectId, { recordId })
    if (build === undefined) return undefined
    const steps = await builds.listSteps(projectId, recordId)
    if (isNews('build', [build.outcome])) yield { build }
    for (const step of steps)
      if (isNews(step.stepId, [step.state, step.outcome, step.sizeBytes])) yield { step }
    if (build.outcome !== undefined && steps.every(isFinished)) return build
    await hints.changed(RECHECK_MS, signal)
  }
  return undefined
}
