import type { RecordId, StepId } from '../../contract/ids.ts'
import {
  assertMayRead,
  assertMayReadSome,
  assertMayWrite,
  assertMayWriteSome,
  type Principal,
} from '../access/principal.ts'
import type { BuildAddress, BuildCatalog, Step } from '../ports/build-catalog.ts'
import { unknownBuild } from './find-build.ts'

/** The step, if the caller may read it. Rejects with `not-allowed` or `not-found`; another project's step is not there. */
export async function requireReadableStep(
  { builds }: { readonly builds: BuildCatalog },
  who: Principal,
  address: BuildAddress,
  stepId: StepId,
): Promise<Step> {
  assertMayReadSome(who)
  const step = await builds.findStep(who.projectId, address, stepId)
  if (step === undefined) throw unknownBuild(who, address)
  assertMayRead(who, step)
  return step
}

/** The step, if the caller may write to it; rejects likewise. */
export async function requireWritableStep(
  { builds }: { readonly builds: BuildCatalog },
  who: Principal,
  recordId: RecordId,
  stepId: StepId,
): Promise<Step> {
  const step = await builds.findStep(who.projectId, { recordId }, stepId)
  if (step === undefined) {
    assertMayWriteSome(who, recordId)
    throw unknownBuild(who, { recordId })
  }
  assertMayWrite(who, step)
  return step
}
