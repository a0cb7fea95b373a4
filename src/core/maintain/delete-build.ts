import { TailraceError } from '../../contract/errors.ts'
import type { RecordId } from '../../contract/ids.ts'
import { assertAdmin, type Principal } from '../access/principal.ts'
import type { BuildRemoval } from '../ports/build-removal.ts'
import { type EndLogPorts, endBuild, endLogs } from './end-logs.ts'

export interface DeletePorts extends EndLogPorts {
  readonly removal: BuildRemoval
}

/**
 * Deletes a build for good (docs/api.md §4): when this resolves nobody finds it, its live logs take no more bytes, and its record can
 * never be made again. The space of its frames comes back later (sweep-removed-logs). Rejects with `not-allowed` or `not-found`.
 */
export async function deleteBuild(ports: DeletePorts, who: Principal, record: RecordId): Promise<void> {
  assertAdmin(who)
  const logs = await ports.removal.removeBuild(who.projectId, record)
  if (logs === undefined) throw new TailraceError('not-found', 'The build does not exist.')
  endBuild(ports, who.projectId, record)
  await endLogs(ports, logs)
}
