import type { StepId } from '../../contract/ids.ts'
import type { Build, BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { Notifier } from '../ports/notifier.ts'
import { isFinished } from '../read/snapshot-log.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly notifier: Notifier
}

/** A change of a build: the build or one of its steps, as it is now. */
export type BuildChange = { readonly build: Build } | { readonly step: Step }

/** Hints can be lost: without one, the build is read again after this time. */
const RECHECK_MS = 10_000

/** Whether the build has its outcome and all its steps are finished. */
export async function isBuildOver({ builds }: Pick<Ports, 'builds'>, build: Build): Promise<boolean> {
  return (
    build.outcome !== undefined && (await builds.listSteps(build.projectId, build.recordId)).every(isFinished)
  )
}

/**
 * Yields the build and its steps, then each of them again whenever it has changed. Returns the
 * build when it is over, or undefined when `signal` aborts or the build is deleted.
 */
export async function* followBuild(
  { builds, notifier }: Ports,
  { projectId, recordId }: Build,
  signal: AbortSignal,
): AsyncGenerator<BuildChange, Build | undefined> {
  using hints = notifier.listenBuild(projectId, recordId)
  const yielded = new Map<StepId | 'build', string>()
  const isNews = (key: StepId | 'build', state: readonly unknown[]) => {
    const text = state.join()
    if (yielded.get(key) === text) return false
    yielded.set(key, text)
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
