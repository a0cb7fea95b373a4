import { TailraceError } from '../../contract/errors.ts'
import type { ProjectId, RecordId } from '../../contract/ids.ts'
import type { Role } from '../../contract/roles.ts'

/** Who asks, and for which project: the result of every successful authentication. */
export interface Principal {
  readonly projectId: ProjectId
  readonly userId: string
  readonly userName: string
  readonly roles: ReadonlySet<Role>
  /** Set for the holder of an upload token: may write to and read this build, and nothing else. */
  readonly onlyRecord?: RecordId
  /** Set for a user of an external IAM, by whose word he is this: where that is. */
  readonly iamUrl?: string
}

/** What access to a build depends on. */
interface OwnedBuild {
  readonly recordId: RecordId
  readonly creatorId: string
}

/** The one answer to a caller who lacks the right, whatever it is. */
export function notAllowed(): TailraceError {
  return new TailraceError('not-allowed', 'The IAM user is not authorized to access the API.')
}

/** Rejects with `not-allowed` callers without a role in the project, and holders of upload tokens, who are nobody in it. */
export function assertMember(who: Principal): void {
  if (who.onlyRecord !== undefined || who.roles.size === 0) throw notAllowed()
}

/** Rejects callers who can read no build at all, before anything is looked up. */
export function assertMayReadSome(who: Principal): void {
  if (who.onlyRecord === undefined && who.roles.size === 0) throw notAllowed()
}

/** Rejects with `not-allowed` unless the caller may read this build. */
export function assertMayRead(who: Principal, build: OwnedBuild): void {
  if (who.onlyRecord !== undefined) {
    if (who.onlyRecord !== build.recordId) throw notAllowed()
  } else if (!who.roles.has('reader') && !who.roles.has('admin') && !isOwn(who, build)) throw notAllowed()
}

/** Rejects with `not-allowed` unless the caller may create builds. */
export function assertMayCreateBuild(who: Principal): void {
  if (who.onlyRecord !== undefined || !(who.roles.has('runner') || who.roles.has('admin'))) throw notAllowed()
}

/** Rejects callers who can write to no build, or an upload token that is for another record, before anything is looked up. */
export function assertMayWriteSome(who: Principal, record: RecordId): void {
  if (
    who.onlyRecord !== undefined
      ? who.onlyRecord !== record
      : !(who.roles.has('runner') || who.roles.has('admin'))
  )
    throw notAllowed()
}

/** Rejects with `not-allowed` unless the caller may write to this build. */
export function assertMayWrite(who: Principal, build: OwnedBuild): void {
  assertMayWriteSome(who, build.recordId)
  if (who.onlyRecord === undefined && !who.roles.has('admin') && !isOwn(who, build)) throw notAllowed()
}

/** Rejects with `not-allowed` unless the caller is an admin of the project. */
export function assertAdmin(who: Principal): void {
  if (who.onlyRecord !== undefined || !who.roles.has('admin')) throw notAllowed()
}

function isOwn(who: Principal, build: OwnedBuild): boolean {
  return who.roles.has('runner') && who.userId === build.creatorId
}
