import { TailraceError } from '../../contract/errors.ts'
import type { JobId } from '../../contract/ids.ts'
import { assertAdmin, type Principal } from '../access/principal.ts'
import type { RetentionCatalog, RetentionRule } from '../ports/retention-catalog.ts'

/** Replaces a job's own retention rule. Rejects with `not-allowed` or `not-found`. */
export async function setRetention(
  { retention }: { readonly retention: RetentionCatalog },
  who: Principal,
  job: JobId,
  rule: RetentionRule,
): Promise<void> {
  assertAdmin(who)
  const isThere = await retention.setJobRule(who.projectId, job, rule)
  if (!isThere) throw new TailraceError('not-found', 'The job does not exist.')
}
