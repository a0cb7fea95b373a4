/** Finds a build or step and authorizes the caller to read it or to write to it. */
import { TailraceError } from '../../contract/errors.ts'
import type { RecordId, StepId } from '../../contract/ids.ts'
import type { Build, BuildAddress, BuildCatalog, Step } from '../ports/build-catalog.ts'
import {
  assertMayRead,
  assertMayReadSome,
  assertMayWrite,
  assertMayWriteSome,
  notAllowed,
  type Principal,
} from './principal.ts'

interface Ports {
  readonly builds: BuildCatalog
}

/**
 * The build, if the caller may read it. Rejects with `not-allowed` or `not-found`; a build of
 * another project is not found.
 */
export async function requireReadableBuild(
  { builds }: Ports,
  who: Principal,
  address: BuildAddress,
): Promise<Build> {
  const build = await builds.findBuild(who.projectId, address)
  if (build === undefined) throw unknownBuild(who, address)
  assertMayRead(who, build)
  return build
}

/** The step, if the caller may read it. Rejects as `requireReadableBuild` does. */
export async function requireReadableStep(
  { builds }: Ports,
  who: Principal,
  address: BuildAddress,
  stepId: StepId,
): Promise<Step> {
  const step = await builds.findStep(who.projectId, address, stepId)
  if (step === undefined) throw unknownBuild(who, address)
  assertMayRead(who, step)
  return step
}

/** The step, if the caller may write to it. Rejects as `requireReadableBuild` does. */
export async function requireWritableStep(
  { builds }: Ports,
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

/**
 * The error for a job, build or step that was not found. It has one message, whatever is missing.
 * It is `not-allowed` for callers who must not learn what exists: those who can read nothing, and
 * upload tokens of another build.
 */
export function unknownBuild(who: Principal, address: BuildAddress): TailraceError {
  assertMayReadSome(who)
  const isOwn = 'recordId' in address && address.recordId === who.onlyRecord
  if (who.onlyRecord !== undefined && !isOwn) return notAllowed()
  return new TailraceError('not-found', 'The job, build or step does not exist.')
}
