import type { ByteOffset } from '../../contract/quantities.ts'
import { requireReadableBuild } from '../access/authorize.ts'
import type { Principal } from '../access/principal.ts'
import type { Build, BuildAddress, BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { LogReader } from '../read/reader/log-reader.ts'

export interface BuildWithSteps {
  readonly build: Build
  /** In step order. */
  readonly steps: readonly Step[]
}

/** A build and its steps, if the caller may read it. Rejects with `not-allowed` or `not-found`. */
export async function showBuild(
  { builds }: { readonly builds: BuildCatalog },
  who: Principal,
  address: BuildAddress,
): Promise<BuildWithSteps> {
  const build = await requireReadableBuild({ builds }, who, address)
  return { build, steps: await builds.listSteps(build.projectId, build.recordId) }
}

/** How many bytes the log of a step has now. Rejects as the reader does. */
export async function sizeOf({ reader }: { readonly reader: LogReader }, step: Step): Promise<ByteOffset> {
  if (step.sizeBytes !== undefined) return step.sizeBytes
  return step.state === 'waiting' || step.state === 'skipped' ? 0 : reader.head(step.log)
}
