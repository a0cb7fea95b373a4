import { TailraceError } from '../../contract/errors.ts'
import type { RecordId } from '../../contract/ids.ts'
import { assertAdmin, type Principal } from '../access/principal.ts'
import type { BuildRemoval } from '../ports/build-removal.ts'
import { type EndLogPorts, endBuild, endLogs } from './end-logs.ts'

export interface DeletePorts extends EndLogPorts {
  readonly removal: BuildRemoval
}

/**
 * Deletes a build for good (docs/api.md §4). When this resolves, nobody can find the build, its
 * live logs accept no more bytes, and its record id can never be used again. The space of its
 * frames is reclaimed later (sweepRemovedLogs). Rejects with `not-allowed` or `not-found`.
 */
export async function deleteBuild(ports: DeletePorts, who: Principal, record: RecordId): Promise<void> {
  assertAdmin(who)
  const logs = await ports.removal.removeBuild(who.projectId, record)
  if (logs === undefined) throw new TailraceError('not-found', 'The build does not exist.')
  endBuild(ports, who.projectId, record)
  await endLogs(ports, logs)
}
