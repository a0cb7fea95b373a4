import { TailraceError } from '../../contract/errors.ts'
import type { RecordId } from '../../contract/ids.ts'
import { assertMayWrite, assertMayWriteSome, type Principal } from '../access/principal.ts'
import type { Build, BuildCatalog, Outcome } from '../ports/build-catalog.ts'
import type { Clock } from '../ports/capabilities.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { Quotas } from './quotas.ts'

interface Ports {
  readonly builds: BuildCatalog
  readonly notifier: Notifier
  readonly clock: Clock
  readonly quotas: Quotas
}

/**
 * Sets a build's result and skips the steps that never began (docs/api.md §4). Open steps still
 * accept late bytes. The same result again changes nothing. Rejects with `not-found`,
 * `not-allowed`, and `finish-mismatch` when the build has another result.
 */
export async function finishBuild(
  { builds, notifier, clock, quotas }: Ports,
  who: Principal,
  record: RecordId,
  outcome: Outcome,
): Promise<Build> {
  assertMayWriteSome(who, record)
  const before = await builds.findBuild(who.projectId, { recordId: record })
  if (before === undefined) throw new TailraceError('not-found', 'The build does not exist.')
  assertMayWrite(who, before)
  await builds.finishBuild(who.projectId, record, outcome, clock())
  quotas.endBuild(before)
  notifier.announceBuild(who.projectId, record)
  const build = await builds.findBuild(who.projectId, { recordId: record })
  if (build?.outcome !== outcome)
    throw new TailraceError('finish-mismatch', `The build is finished with status ${build?.outcome}.`)
  return build
}
