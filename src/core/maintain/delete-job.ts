import { TailraceError } from '../../contract/errors.ts'
import type { JobId } from '../../contract/ids.ts'
import { assertAdmin, type Principal } from '../access/principal.ts'
import type { DeletePorts } from './delete-build.ts'
import { endBuild, endLogs } from './end-logs.ts'

/** So few that no other request waits long for the catalog. */
const BUILDS_AT_ONCE = 100

/**
 * Deletes a job and all its builds for good (docs/api.md §4), the oldest first. If it is
 * interrupted, the next try deletes the rest. A job created later under the same name has another
 * id. Rejects with `not-allowed` or `not-found`.
 */
export async function deleteJob(ports: DeletePorts, who: Principal, job: JobId): Promise<void> {
  assertAdmin(who)
  for (let jobIsGone = false, first = true; !jobIsGone; first = false) {
    const removed = await ports.removal.removeJob(who.projectId, job, BUILDS_AT_ONCE)
    if (removed === undefined && first) throw new TailraceError('not-found', 'The job does not exist.')
    for (const record of removed?.records ?? []) endBuild(ports, who.projectId, record)
    await endLogs(ports, removed?.logs ?? [])
    jobIsGone = removed?.jobIsGone ?? true
  }
}
