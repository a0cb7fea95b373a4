import { TailraceError } from '../../contract/errors.ts'
import { assertMayRead, assertMayReadSome, notAllowed, type Principal } from '../access/principal.ts'
import type { Build, BuildAddress, BuildCatalog } from '../ports/build-catalog.ts'

/** The build, if the caller may read it. Rejects with `not-allowed` or `not-found`; another project's build is not there. */
export async function requireReadableBuild(
  { builds }: { readonly builds: BuildCatalog },
  who: Principal,
  address: BuildAddress,
): Promise<Build> {
  assertMayReadSome(who)
  const build = await builds.findBuild(who.projectId, address)
  if (build === undefined) throw unknownBuild(who, address)
  assertMayRead(who, build)
  return build
}

/** One message for every way in which something of a build can be missing. The holder of an upload token learns nothing of other builds, not even whether they exist. */
export function unknownBuild(who: Principal, address: BuildAddress): TailraceError {
  const own = 'recordId' in address && address.recordId === who.onlyRecord
  if (who.onlyRecord !== undefined && !own) return notAllowed()
  return new TailraceError('not-found', 'The job, build or step does not exist.')
}
