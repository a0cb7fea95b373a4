import { assertMayReadSome, type Principal } from '../access/principal.ts'
import type { Seen } from '../ports/build-history.ts'

/**
 * Which builds lists show to the caller (docs/api.md §6): readers and admins all, runners those they made, upload tokens their own.
 * Throws `not-allowed` for callers who may read none.
 */
export function visibleBuilds(who: Principal): Seen {
  assertMayReadSome(who)
  if (who.onlyRecord !== undefined) return { recordId: who.onlyRecord }
  return who.roles.has('reader') || who.roles.has('admin') ? {} : { creatorId: who.userId }
}
